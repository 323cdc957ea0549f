// browse.mjs - opens every page of a built site in Chromium.
//
//   node tests/site/browse.mjs DIR [PICTURES]
//
// For each page: axe must find nothing in light, and in dark nothing that colors can do
// wrong; at 1280 and 390 pixels, and at 640 (1280 zoomed to 200 %), it must not scroll
// sideways; no script may fail and nothing may be asked of another host. The pages of
// the programs are made alike, so only of the first of them, and of all others, axe looks
// at the narrow page too and, with PICTURES, screenshots are kept there. Prints one
// line a finding and a count; exit status 1 if there is any finding.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { launch, pageUrl } from './browser.mjs';

const [dir, pictures] = process.argv.slice(2);
if (!dir) { console.error('browse: name the folder of the site'); process.exit(2); }
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pages = fs.readdirSync(dir).filter(f => f.endsWith('.html')).sort();
if (pages.length === 0) { console.error(`browse: no pages in ${dir}`); process.exit(2); }
if (pictures) {
  fs.rmSync(pictures, { recursive: true, force: true });
  fs.mkdirSync(pictures, { recursive: true });
}

const browser = await launch();
const findings = [];
let looked = 0;
const views = [['light', 1280, ['shape', 'colors']], ['dark', 1280, ['colors']], ['light', 640, []],
  ['light', 390, ['shape']], ['dark', 390, []]];

// Runs in the page: what axe finds, by all of its rules but those of color, or by these.
// What colors a word has follows from the tags, classes and styles of what it stands in,
// so of the elements that are alike in them only the first is looked at.
async function violations(what) {
  const options = { preload: false, resultTypes: ['violations'] };
  if (what === 'colors') {
    const kinds = new Map([[document.documentElement, '']]), seen = new Set();
    for (const element of document.querySelectorAll('body, body *')) {
      const own = [element.tagName, element.getAttribute('style'), element.className, element.getAttribute('aria-current')];
      const kind = kinds.get(element.parentElement) + own.join();
      kinds.set(element, kind);
      element.toggleAttribute('data-look', !seen.has(kind));
      seen.add(kind);
    }
    window.axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-look]' },
      { id: 'link-in-text-block', selector: 'a[href][data-look]' }] });
    options.runOnly = ['color-contrast', 'link-in-text-block'];
  } else options.rules = { 'color-contrast': { enabled: false }, 'link-in-text-block': { enabled: false } };
  return (await window.axe.run(options)).violations
    .map(v => ({ id: v.id, help: v.help, where: v.nodes.slice(0, 3).map(n => n.target.join(' ')) }));
}
const programs = pages.filter(name => name.includes('-'));

async function look(name, page) {
  const closely = !programs.includes(name, 1);
  let view;
  const say = text => findings.push(`${name} (${view[0]}, ${view[1]} px): ${text}`);
  page.removeAllListeners();
  page.on('pageerror', e => say(`script error: ${e.message}`));
  page.on('request', r => { if (!/^(file|data):/.test(r.url())) say(`asks for ${r.url()}`); });
  page.on('requestfailed', r => say(`cannot load ${r.url()}`));
  view = views[0];
  await page.setViewportSize({ width: view[1], height: 900 });
  await page.emulateMedia({ colorScheme: view[0] });
  await page.goto(pageUrl(dir, name));
  await page.evaluate(() => document.fonts.ready.then(() => {}));
  await page.evaluate(axe);
  for (view of views) {
    await page.setViewportSize({ width: view[1], height: 900 });
    await page.emulateMedia({ colorScheme: view[0] });
    const over = await page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) say(`scrolls sideways by ${over} px`);
    for (const what of closely || view[1] === 1280 ? view[2] : []) {
      for (const v of await page.evaluate(violations, what)) say(`${v.id}: ${v.help}: ${v.where.join(', ')}`);
    }
    if (pictures && closely && view[1] !== 640) {
      await page.screenshot({ path: path.join(pictures, `${name.replace('.html', '')}-${view[0]}-${view[1]}.png`) });
    }
    looked++;
  }
}
const waiting = [...pages];
await Promise.all([1, 2].map(async () => {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage();
  for (let name; (name = waiting.shift());) await look(name, page);
}));
await browser.close();
for (const f of findings) console.log(f);
console.log(`${looked} views of ${pages.length} pages, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
