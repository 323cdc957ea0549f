// watch-page.test.mjs - what tools/watch does with an open page, in Chromium.
//
//   BOOK=DIR node --test tests/tools/watch-page.test.mjs
//
// DIR is a made-up book, made. Each test watches a copy of its own.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { launch } from '../site/browser.mjs';
import { chapter, copyOfBook, endAll, hold, letGo, page as name, read, save, slowly, until, watch } from './watching.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => {
  await browser.close();
  await endAll();
});

// newPage OPTIONS: a page that waits as long as a slow machine needs.
async function newPage(options) {
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(120000);
  page.on('pageerror', e => { throw e; });
  return page;
}

// A watched copy of the book with 40 more paragraphs in its chapter, number 20
// with a list in it, the page of which is open.
async function begin() {
  const book = copyOfBook();
  const paragraphs = Array.from({ length: 40 }, (_, i) => `Paragraph number ${i}.` + (i === 20 ? '\n\n- one point\n\n- another point' : ''));
  save(book, chapter, read(book, chapter) + '\n' + paragraphs.join('\n\n') + '\n');
  const w = await watch(book);
  const page = await newPage({ viewport: { width: 1000, height: 600 } });
  await page.goto(w.url + name);
  const change = (from, to) => save(book, chapter, read(book, chapter).replace(from, to));
  return { book, w, page, change };
}
// shown: the block of this text is there, after the page came back to its place.
async function shown(page, words) {
  const block = page.locator('main :is(p, li, pre)', { hasText: words }).last();
  await block.waitFor();
  await page.waitForLoadState('load');
  return block;
}
const inView = block => block.evaluate(b => {
  const { top, bottom } = b.getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
});

test('the page is loaded again and stands at the paragraph that changed, wherever that is', async () => {
  const { page, change } = await begin();
  assert.equal(await inView(await shown(page, 'Paragraph number 30.')), false);
  change('Paragraph number 30.', 'The thirtieth paragraph.');
  const thirtieth = await shown(page, 'The thirtieth paragraph.');
  await until('it is in view', () => inView(thirtieth));
  change('another point', 'one more point');
  const point = await shown(page, 'one more point');
  await until('the point is in view', () => inView(point));
  change('int main(void)\n{', 'int main(void) /* here */\n{');
  const code = await shown(page, '/* here */');
  await until('the chunk is in view', () => code.evaluate(b => b.getBoundingClientRect().top >= 0 && b.getBoundingClientRect().top < innerHeight));
  change('\n\nParagraph number 35.', '');
  await until('what follows one that went is in view', async () => await page.getByText('Paragraph number 35.').count() === 0
    && inView(await shown(page, 'Paragraph number 36.')));
});

test('the page stays where it is when nothing on it changed, and when what changed is in view', async () => {
  const { book, page, change } = await begin();
  const at = await page.evaluate(() => { document.querySelector('main').children[5].scrollIntoView(); window.before = true; return scrollY; });
  assert.ok(at > 0);
  save(book, 'assets/css/book.css', read(book, 'assets/css/book.css') + '\nmain p { color: rgb(1, 2, 3); }\n');
  await page.waitForFunction(() => getComputedStyle(document.querySelector('main p')).color === 'rgb(1, 2, 3)');
  await page.waitForLoadState('load');
  assert.equal(await page.evaluate(() => window.before), undefined);
  await until('it is where it was', async () => await page.evaluate(() => scrollY) === at);
  // a paragraph that one sees
  await page.evaluate(() => document.querySelectorAll('main p')[document.querySelectorAll('main p').length - 20].scrollIntoView());
  const there = await page.evaluate(() => scrollY);
  const words = await page.evaluate(() => [...document.querySelectorAll('main p')]
    .map(p => p.textContent).findLast((text, i, all) => /^Paragraph number/.test(text) && i < all.length - 16));
  change(words, words.replace('Paragraph', 'Sentence'));
  await shown(page, words.replace('Paragraph', 'Sentence'));
  await until('it is where it was', async () => await page.evaluate(() => scrollY) === there);
});

test('what is wrong stands on a bar until it is mended, and the text stays', async () => {
  const { w, page, change } = await begin();
  const text = await page.locator('main').innerText();
  change('Paragraph number 30.', 'Paragraph number 30, which << is wrong.');
  const bar = page.locator('#watch-says');
  await bar.waitFor();
  assert.match(await bar.innerText(), /^chapters\/01-made-01\.nw:\d+: .*<</);
  assert.equal(await page.locator('main').innerText(), text);
  const other = await newPage();
  await other.goto(w.url);
  await other.locator('#watch-says').waitFor();
  change(', which << is wrong.', ', mended.');
  await shown(page, 'Paragraph number 30, mended.');
  await until('the bar is gone', async () => await bar.count() === 0);
  await until('here too', async () => await other.locator('#watch-says').count() === 0);
});

test('a page that says that nobody watches any longer goes on when somebody does', async () => {
  const { book, w, page, change } = await begin();
  const { port } = new URL(w.url), bar = page.locator('#watch-says');
  let last = w;
  for (let times = 0; times < 2; times++) {
    last.child.kill('SIGINT');
    await last.ended();
    await bar.waitFor();
    assert.match(await bar.innerText(), /make watch has ended/);
    last = await watch(book, ['--port', port]);
    await bar.waitFor({ state: 'detached' });
  }
  last.child.kill('SIGINT');
  await last.ended();
  change('Paragraph number 3.', 'The third paragraph.');
  await watch(book, ['--port', port]);
  await shown(page, 'The third paragraph.');
  assert.equal(await bar.count(), 0);
});

test('before there is a site a page says so, and is loaded when it is there', async () => {
  const book = copyOfBook();
  fs.rmSync(path.join(book, 'out'), { recursive: true });
  hold(book);
  const w = await watch(book, [], slowly(book), true);
  const page = await newPage();
  await page.goto(w.url + name);
  assert.match(await page.locator('main').innerText(), /not there, or not yet/);
  letGo(book);
  await page.getByRole('heading', { name: /Made up, number 1/ }).waitFor();
});
