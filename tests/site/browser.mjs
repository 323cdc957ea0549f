// browser.mjs - what the tests of the site share: Chromium, and where the pages are.
//
// launch() starts Debian's Chromium (or the one in CHROMIUM) so that it asks nobody
// anything. pageUrl(dir, name) is the file: address of a page.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

export const pageUrl = (dir, name) => pathToFileURL(path.join(dir, name)).href;
