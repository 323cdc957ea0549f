// browse.mjs - opens every page of a built site in Chromium.
//
//   node tests/book/browse.mjs DIR [PICTURES]
//
// For each page, in light and dark, at 1280 and 390 pixels and at 640 (which is
// 1280 zoomed to 200 %): axe must find nothing, the page must not scroll
// sideways, no script may fail and nothing may be asked of another host. With PICTURES, a
// screenshot of each page at 1280 and 390 is kept there. Prints one line a
// finding and a count; exit status 1 if there is any finding.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [dir, pictures] = process.argv.slice(2);
if (!dir) { console.error('browse: name the folder of the site'); process.exit(2); }
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const pages = fs.readdirSync(dir).filter(f => f.endsWith('.html')).sort();
if (pages.length === 0) { console.error(`browse: no pages in ${dir}`); process.exit(2); }
if (pictures) fs.mkdirSync(pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const findings = [];
let looked = 0;
async function look(scheme, width) {
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  let name;
  const say = text => findings.push(`${name} (${scheme}, ${width} px): ${text}`);
  page.on('pageerror', e => say(`script error: ${e.message}`));
  page.on('request', r => { if (!/^(file|data):/.test(r.url())) say(`asks for ${r.url()}`); });
  page.on('requestfailed', r => say(`cannot load ${r.url()}`));
  for (name of pages) {
    await page.goto(pathToFileURL(path.join(dir, name)).href);
    await page.evaluate(() => document.fonts.ready.then(() => {}));
    const over = await page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) say(`scrolls sideways by ${over} px`);
    await page.addScriptTag({ path: axe });
    const violations = await page.evaluate(async () =>
      (await window.axe.run({ preload: false, resultTypes: ['violations'] })).violations
        .map(v => ({ id: v.id, help: v.help, where: v.nodes.slice(0, 3).map(n => n.target.join(' ')) })));
    for (const v of violations) {
      say(`${v.id}: ${v.help}: ${v.where.join(', ')}`);
    }
    if (pictures && width !== 640) {
      await page.screenshot({ path: path.join(pictures, `${name.replace('.html', '')}-${scheme}-${width}.png`) });
    }
    looked++;
  }
  await context.close();
}
for (const width of [1280, 640, 390]) {
  await Promise.all([look('light', width), look('dark', width)]);
}
await browser.close();
for (const f of findings) console.log(f);
console.log(`${looked} views of ${pages.length} pages, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
