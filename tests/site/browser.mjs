// browser.mjs - what the tests of the site share: a browser, and where the pages are.
//
// browserPath() is the browser that tools/lib/browser finds; it throws when there is
// none. launch() starts it so that it asks nobody anything. pageUrl(dir, name) is the
// file: address of a page.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const finder = fileURLToPath(new URL('../../tools/lib/browser', import.meta.url));

export function browserPath() {
  try {
    return execFileSync(finder, { encoding: 'utf8' }).trim();
  } catch {
    throw new Error('there is no Chromium or Chrome; install one, or name it in CHROMIUM');
  }
}

export const launch = () => chromium.launch({
  executablePath: browserPath(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

export const pageUrl = (dir, name) => pathToFileURL(path.join(dir, name)).href;
