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
const seen = { light: [], dark: [] };       // the kinds of elements whose colors were looked at

// Runs in the page: what axe finds by its rules of shape, of colors, or both. What colors a
// word has follows from the tags, classes and styles of what it stands in, so of the
// elements that are alike in them, on all pages, only the first is looked at: KNOWN are the
// kinds of earlier pages. Gives [what is found, the kinds that are new].
async function violations([what, known]) {
  const kinds = new Map(), fresh = new Set();
  if (what.includes('colors')) {
    known = new Set(known);
    for (const element of document.querySelectorAll('body, body *')) {
      const own = [element.tagName, element.getAttribute('style'), element.className, element.getAttribute('aria-current'), element.hidden];
      const kind = (kinds.get(element.parentElement) ?? '') + own.join();
      kinds.set(element, kind);
      const first = !known.has(kind) && !fresh.has(kind);
      element.toggleAttribute('data-look', first);
      if (first) fresh.add(kind);
    }
  }
  if (fresh.size === 0 && !what.includes('shape')) return [[], []];
  const colors = ['color-contrast', 'link-in-text-block'];
  window.axe.configure({ rules: [{ id: 'color-contrast', selector: '[data-look]' },
    { id: 'link-in-text-block', selector: 'a[href][data-look]' }] });
  const { violations } = await window.axe.run({ preload: false, resultTypes: ['violations'],
    ...what.includes('shape') ? { rules: Object.fromEntries(colors.map(id => [id, { enabled: what.includes('colors') }])) }
      : { runOnly: colors } });
  return [violations.map(v => ({ id: v.id, help: v.help, where: v.nodes.slice(0, 3).map(n => n.target.join(' ')) })),
    [...fresh]];
}
const programs = pages.filter(name => name.includes('-'));

async function look(name) {
  const closely = !programs.includes(name, 1);
  const height = closely ? 900 : 300;       // what nobody looks at need not be painted
  let view;
  const say = text => findings.push(`${name} (${view[0]}, ${view[1]} px): ${text}`);
  page.removeAllListeners();
  page.on('pageerror', e => say(`script error: ${e.message}`));
  page.on('request', r => { if (!/^(file|data):/.test(r.url())) say(`asks for ${r.url()}`); });
  page.on('requestfailed', r => say(`cannot load ${r.url()}`));
  view = views[0];
  await page.setViewportSize({ width: view[1], height });
  await page.emulateMedia({ colorScheme: view[0] });
  await page.goto(pageUrl(dir, name));
  await page.evaluate(() => document.fonts.ready.then(() => {}));
  await page.evaluate(axe);
  for (view of views) {
    await page.setViewportSize({ width: view[1], height });
    await page.emulateMedia({ colorScheme: view[0] });
    // the page hears of its new width with the next frame
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    const over = await page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (over > 0) say(`scrolls sideways by ${over} px`);
    if (view[2].length > 0 && (closely || view[1] === 1280)) {
      const known = seen[view[0]];
      const [found, fresh] = await page.evaluate(violations, [view[2], known]);
      for (const v of found) say(`${v.id}: ${v.help}: ${v.where.join(', ')}`);
      known.push(...fresh);
    }
    if (pictures && closely && view[1] !== 640) {
      await page.screenshot({ path: path.join(pictures, `${name.replace('.html', '')}-${view[0]}-${view[1]}.png`) });
    }
    looked++;
  }
}
const page = await browser.newPage({ bypassCSP: true });
for (const name of pages) await look(name);
await browser.close();
for (const f of findings) console.log(f);
console.log(`${looked} views of ${pages.length} pages, ${findings.length} findings`);
process.exit(findings.length ? 1 : 0);
