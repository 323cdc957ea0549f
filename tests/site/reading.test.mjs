// reading.test.mjs - what a reader does with a page, done in Chromium.
//
//   SITE=DIR node --test tests/site/reading.test.mjs
//
// DIR is the built site (out/html); the tangled programs are beside this file's
// project. Each test opens a fresh page with nothing remembered.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch, pageUrl } from './browser.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const site = path.resolve(process.env.SITE || path.join(root, 'out/html'));
const sources = fs.readdirSync(path.join(root, 'tangled'), { recursive: false })
  .flatMap(unit => fs.readdirSync(path.join(root, 'tangled', unit)).filter(f => f.endsWith('.c'))
    .map(file => ({ unit, file, text: fs.readFileSync(path.join(root, 'tangled', unit, file), 'utf8') })));
// What this book has on its pages; a test whose part a book does not name is skipped.
const book = JSON.parse(fs.readFileSync(new URL('reading.json', import.meta.url), 'utf8'));
const program = `${book.program}.c`, programPage = book.page.replace('.html', `-${book.program}.html`);
const needs = (...parts) => ({ skip: parts.some(part => book[part] === undefined) });
// the page of a unit; that of book.nw has the name of its heading
const preface = fs.readFileSync(path.join(root, 'book.nw'), 'utf8').match(/^# .*\{#([\w-]+)/m)[1];
const chapterOf = unit => (unit === 'book' ? preface : unit.replace(/^[0-9A-Z]+-/, '')) + '.html';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

// open NAME in a page of its own; anything that goes wrong in it fails the test.
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('pageerror', e => { throw e; });
  await page.goto(pageUrl(site, name));
  return page;
}
const chunk = (page, id) => page.locator(`[id="${id}"]`);
// What navigator.clipboard.writeText was given: a headless browser has no clipboard to ask.
async function watchClipboard(page) {
  await page.evaluate(() => {
    window.copied = [];
    Object.defineProperty(navigator, 'clipboard', { value: { writeText: async t => { window.copied.push(t); } } });
  });
  return () => page.evaluate(() => window.copied.at(-1));
}

// Shows what programs begin with, which is folded.
const showHelpers = page => page.locator('.helpers-head button').evaluateAll(all => all.forEach(b => b.click()));

test('a click on a use opens its chunk in place, nested, and another closes it', needs('shared'), async () => {
  const page = await open(book.page);
  const code = chunk(page, program).locator('pre code');
  await showHelpers(page);
  const folded = await code.evaluate(c => c.textContent);
  const use = code.locator('.use', { hasText: book.shared.use });
  await use.click();
  assert.equal(await use.getAttribute('aria-expanded'), 'true');
  const lines = (await code.innerText()).split('\n');
  assert.ok(lines[1 + lines.findIndex(l => l.includes(`⟨${book.shared.use}⟩`))].startsWith(book.shared.begins));
  const told = code.locator('.told');
  assert.equal(await told.getAttribute('href'), book.shared.at);
  await use.click();
  assert.equal(await use.getAttribute('aria-expanded'), 'false');
  assert.equal(await code.evaluate(c => c.textContent), folded);
});

test('a chunk within an unfolded chunk unfolds too', needs('nested'), async () => {
  const page = await open(book.page);
  await showHelpers(page);
  const outer = page.locator('.root .use[aria-expanded]', { hasText: book.nested.outer }).first();
  await outer.click();
  const block = page.locator('.unfolded').first();
  const inner = block.locator('.use', { hasText: book.nested.inner });
  await inner.click();
  assert.ok((await block.innerText()).includes(book.nested.has));
  await outer.click();
  assert.equal(await page.locator('.unfolded').count(), 0);
});

test('Enter and the space bar unfold, and a screen reader is told', async () => {
  const page = await open(book.page);
  const use = chunk(page, program).locator('.use', { hasText: book.part.use });
  await use.focus();
  assert.equal(await use.getAttribute('role'), 'button');
  await page.keyboard.press('Enter');
  assert.equal(await use.getAttribute('aria-expanded'), 'true');
  const group = chunk(page, program).getByRole('group', { name: book.part.use });
  assert.ok((await group.innerText()).includes(book.part.has));
  assert.ok(await use.evaluate(u => u === document.activeElement), 'the focus stays on the use');
  await page.keyboard.press(' ');
  assert.equal(await use.getAttribute('aria-expanded'), 'false');
});

test('"unfold all" shows every program as it is tangled, and folds it again', async () => {
  for (const unit of new Set(sources.map(s => s.unit))) {
    const page = await open(chapterOf(unit));
    await watchClipboard(page);
    const texts = await page.evaluate(async () => {
      const texts = [];
      for (const root of document.querySelectorAll('.chunk.root')) {
        const code = root.querySelector('pre code'), before = code.textContent;
        const buttons = [...root.querySelectorAll('.buttons button')], copy = buttons.pop(), all = buttons[0];
        all?.click();
        copy.click();
        // a browser's lines are whole 64ths of a pixel high, which adds up in a long program
        const line = Math.floor(parseFloat(getComputedStyle(code).lineHeight) * 64) / 64;
        const lines = code.getBoundingClientRect().height / line;
        all?.click();
        await null;
        texts.push({ id: root.id, text: window.copied.at(-1), lines: Math.round(lines), same: code.textContent === before });
      }
      return texts;
    });
    for (const { file, text } of sources.filter(s => s.unit === unit)) {
      const shown = texts.find(t => t.id === file);
      assert.ok(shown, `${file} has no root chunk on the page`);
      assert.equal(shown.text, text, `${file} is not shown as it is tangled`);
      assert.equal(shown.lines, text.split('\n').length - 1, `${file} is not as many lines high as it has`);
      assert.ok(shown.same, `${file} folded is not what it was`);
    }
    await page.context().close();
  }
});

test('what is unfolded can be linked to', async () => {
  const page = await open(book.page);
  await chunk(page, program).locator('.use', { hasText: book.part.use }).click();
  const address = page.url();
  assert.ok(address.endsWith(`?unfold=${book.part.id}#${program}`), address);
  const other = await open('index.html');
  await other.goto(address);
  assert.equal(await other.locator('.unfolded').count(), 1);
  await other.goto(pageUrl(site, book.page) + '?unfold=all#' + program);
  assert.ok((await chunk(other, program).locator('pre code').innerText()).includes(book.all));
});

test('arrows lead from each part of a chunk to the next and back', needs('parts'), async () => {
  const page = await open(book.parts);
  const forth = page.getByRole('link', { name: 'next part' }).first();
  const from = await forth.evaluate(a => a.closest('.chunk').id);
  await forth.click();
  const to = await page.evaluate(() => decodeURIComponent(location.hash.slice(1)));
  assert.equal(await chunk(page, to).getByRole('link', { name: 'previous part' }).getAttribute('href'), '#' + from);
});

test('copying takes commands without prompt and output, and code without remarks', async () => {
  const page = await open(book.page);
  const copied = await watchClipboard(page);
  await chunk(page, `${book.session}.session`).getByRole('button', { name: /copy/i }).click();
  const session = fs.readFileSync(path.join(root, 'tangled', book.unit, `${book.session}.session`), 'utf8');
  const commands = session.split('\n').filter(l => /^[$>] /.test(l)).map(l => l.slice(2) + '\n').join('');
  assert.equal(await copied(), commands);
  const { file, text } = sources.find(s => s.file === program);
  await chunk(page, file).locator('.unfold-all').click();
  await chunk(page, file).getByRole('button', { name: /copy/i }).click();
  assert.equal(await copied(), text);
  const own = await open(programPage);
  const copiedThere = await watchClipboard(own);
  await own.getByRole('button', { name: /Copy. The program/ }).click();
  assert.equal(await copiedThere(), text);
});

test('copying works where the clipboard is refused', async () => {
  const page = await open(programPage);
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.addEventListener('copy', () => { window.copied = document.activeElement.value; });
  });
  await page.getByRole('button', { name: /Copy the command/ }).first().click();
  assert.equal(await page.evaluate(() => window.copied), `cc ${program} -o ${book.program}\n`);
});

test('the theme follows the system, or the choice, which is remembered', async () => {
  const page = await open(book.page, { colorScheme: 'dark' });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.getByLabel('Theme').selectOption('light');
  const light = await paper();
  assert.notEqual(light, dark);
  await page.reload();
  assert.equal(await paper(), light);
  await page.getByLabel('Theme').selectOption('system');
  assert.equal(await paper(), dark);
  await page.emulateMedia({ colorScheme: 'light' });
  assert.equal(await paper(), light);
});

test('arrow keys turn pages, not while typing or reading code, and not when switched off', async () => {
  const page = await open(book.page);
  const here = () => path.basename(new URL(page.url()).pathname);
  await page.getByRole('combobox', { name: 'Search' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('pre.code').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('pre.code .use').first().focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(here(), book.page);
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('ArrowRight');
  await page.waitForURL('**/' + book.next);
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL('**/' + book.page);
  await page.getByLabel('arrow keys turn pages').uncheck();
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('ArrowRight');
  await page.reload();
  await page.keyboard.press('ArrowRight');
  await page.evaluate(() => new Promise(done => setTimeout(done, 0)));
  assert.equal(here(), book.page);
});

async function search(page, words) {
  const input = page.getByRole('combobox', { name: 'Search' });
  await input.fill(words);
  await page.waitForFunction(() => !document.getElementById('found').hidden);
  return page.locator('#found a').evaluateAll(links => links.map(a =>
    ({ kind: a.querySelector('.kind').textContent, title: a.querySelector('b').textContent,
      words: a.querySelector('.words')?.innerHTML ?? '', href: a.getAttribute('href') })));
}

test('what no test runs is marked when asked for, also on the next page', { skip: sources.length < 2 }, async () => {
  const [one, other] = sources;
  const name = s => chapterOf(s.unit).replace('.html', `-${s.file.replace(/\.c$/, '')}.html`);
  const page = await open('index.html');
  // line 2 of one program, and nothing of the other
  const html = fs.readFileSync(path.join(site, name(one)), 'utf8');
  await page.route('**/' + name(one), route => route.fulfill({ contentType: 'text/html',
    body: html.replace(/class="line[^"]*"/g, 'class="line"').replace('class="line" id="L2"', 'class="line untested" id="L2"') }));
  await page.goto(pageUrl(site, name(one)));
  const box = page.getByLabel('mark the line that no test runs');
  const number = () => page.evaluate(() => getComputedStyle(document.getElementById('L2'), '::before').content);
  const plain = await number();
  assert.equal(await box.isChecked(), false);
  await box.check();
  assert.notEqual(await number(), plain, 'nothing is marked');
  await page.reload();
  assert.equal(await box.isChecked(), true);
  assert.notEqual(await number(), plain, 'it is forgotten');
  await page.keyboard.press('Tab');
  await box.focus();
  await page.keyboard.press(' ');
  assert.equal(await number(), plain);
  const copied = await watchClipboard(page);
  await page.getByRole('button', { name: /Copy. The program/ }).click();
  assert.equal(await copied(), one.text);
  await page.route('**/' + name(other), route => route.fulfill({ contentType: 'text/html',
    body: fs.readFileSync(path.join(site, name(other)), 'utf8').replace(/class="line[^"]*"/g, 'class="line"') }));
  await page.goto(pageUrl(site, name(other)));
  assert.equal(await page.locator('#untested').count(), 0);
});

test('search finds prose, chunks, programs, calls and claims', async () => {
  const page = await open(book.page);
  const has = async (words, kind, href) => {
    const results = await search(page, words);
    assert.ok(results.some(r => r.kind === kind && r.href === href),
      `"${words}" does not find the ${kind} ${href}, but ${JSON.stringify(results.slice(0, 4))}`);
  };
  for (const found of book.finds) await has(...found);
});

test('search shows the words and forgives: capitals, parts of identifiers, their beginnings, slips of the finger', needs('words'), async () => {
  const page = await open(book.page);
  const marked = book.words.together.split(' ').map(w => `<mark>${w}</mark>`).join(' ');
  assert.ok((await search(page, book.words.together)).some(r => r.words.toLowerCase().includes(marked)),
    'the words are not shown where they stand together');
  const same = (await search(page, book.words.capitals)).map(r => r.href);
  assert.ok(same.length > 0);
  assert.deepEqual((await search(page, book.words.capitals.toLowerCase())).map(r => r.href), same, 'the case of letters matters');
  assert.ok((await search(page, book.words.part)).length > 0, 'a part of an identifier is not found');
  assert.ok((await search(page, book.words.beginning)).length > 0, 'the beginning of a part is not found');
  assert.ok((await search(page, book.words.slip)).length > 0, 'a slip of the finger is not forgiven');
  assert.equal((await search(page, 'zzzyyyxxx')).length, 0);
});

test('"/" goes to the search, the arrows choose, Enter goes there, Escape leaves', async () => {
  const page = await open(book.page);
  await page.keyboard.press('/');
  const input = page.getByRole('combobox', { name: 'Search' });
  assert.ok(await input.evaluate(i => i === document.activeElement));
  assert.equal(await input.inputValue(), '');
  const results = await search(page, book.often);
  assert.equal(await input.getAttribute('aria-activedescendant'), 'found-0');
  await page.keyboard.press('ArrowDown');
  assert.equal(await input.getAttribute('aria-activedescendant'), 'found-1');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await input.getAttribute('aria-activedescendant'), `found-${results.length - 1}`);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#found').isVisible(), false);
  const [wanted] = await search(page, book.rare);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/' + wanted.href);
});

test('a call says what it does to the mouse and to the keyboard', needs('call'), async () => {
  const page = await open(book.page);
  const tip = page.getByRole('tooltip');
  const call = page.locator('p a.call', { hasText: book.call.name }).first();
  await call.hover();
  assert.equal(await tip.innerText(), `${book.call.name}: ${book.call.does}`);
  await page.mouse.move(0, 0);
  assert.equal(await tip.isVisible(), false);
  const inCode = page.locator('pre a.call').first();
  await inCode.focus();
  assert.equal(await tip.isVisible(), true);
  assert.equal(await inCode.getAttribute('aria-describedby'), 'tip');
  await page.keyboard.press('Escape');
  assert.equal(await tip.isVisible(), false);
});

// Where the first line of a sentence begins.
const beginning = sentence => sentence.evaluate(s => {
  const line = s.getClientRects()[0];
  return [line.x + 3, line.y + 5];
});

test('a sentence says which test tries it: at rest, tapped, with the focus when marked; not when hidden', needs('tried'), async () => {
  const page = await open(book.page);
  const sentence = page.locator('main p .tried').first(), tip = page.locator('#tip');
  const tests = await sentence.getAttribute('data-tests');
  assert.match(tests, /\.bats\): (passed|failed|not tried here)/);
  assert.deepEqual(await sentence.evaluate(s => s.getAttributeNames().sort()), ['class', 'data-tests'], 'a screen reader gets more than text');
  await sentence.scrollIntoViewIfNeeded();
  const before = await page.locator('main').boundingBox();
  await page.mouse.move(...await beginning(sentence));
  await tip.waitFor();
  assert.equal(await tip.textContent(), 'Tried by: ' + tests);
  assert.deepEqual(await page.locator('main').boundingBox(), before);
  await page.mouse.move(0, 0);
  assert.ok(await tip.isHidden());
  await page.locator('#tried').selectOption('marked');
  await sentence.focus();
  assert.equal(await tip.textContent(), 'Tried by: ' + tests);
  assert.equal(await sentence.getAttribute('aria-describedby'), 'tip');
  await page.reload();
  assert.equal(await sentence.evaluate(s => s.tabIndex), 0);
  await page.locator('#tried').selectOption('hidden');
  assert.equal(await sentence.evaluate(s => s.tabIndex), -1);
  await page.mouse.move(...await beginning(sentence));
  await page.waitForTimeout(700);
  assert.ok(await tip.isHidden());
  const phone = await open(book.page, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true });
  const there = phone.locator('main p .tried').first();
  await there.scrollIntoViewIfNeeded();
  await phone.touchscreen.tap(...await beginning(there));
  await phone.locator('#tip').waitFor();
  assert.equal(await phone.locator('#tip').textContent(), 'Tried by: ' + tests);
});

test('the tests of a sentence stand in sight, wherever in it one points; nothing stays of them, and none is printed', needs('tried'), async () => {
  for (const options of [{}, { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true }]) {
    const page = await open(book.page, options), tip = page.locator('#tip');
    await page.addStyleTag({ content: 'html { scroll-behavior: auto !important }' });
    const wrong = await page.locator('main p .tried').evaluateAll(all => all.flatMap(s => ['top', 'bottom'].flatMap(edge => {
      const last = () => [...s.getClientRects()].at(-1);
      scrollBy(0, edge === 'top' ? last().top - 3 : last().bottom - innerHeight + 3);
      const at = last(), point = { clientX: at.left + 3, clientY: at.top + 5 };
      s.dispatchEvent(new MouseEvent('click', { bubbles: true, ...point }));
      const t = document.getElementById('tip').getBoundingClientRect();
      const seen = t.height > 0 && t.top >= 0 && t.left >= 0 && t.bottom <= innerHeight && t.right <= document.documentElement.clientWidth;
      const covers = t.top <= point.clientY && point.clientY <= t.bottom;
      return seen && !covers ? [] : [`${edge}: ${s.textContent.slice(0, 40)}: ${seen ? 'covered' : 'out of sight'}`];
    })));
    assert.deepEqual(wrong, []);
    if (options.isMobile) continue; // the settings are folded there
    await page.locator('#tried').selectOption('marked');
    await page.locator('main p .tried').first().focus();
    await page.keyboard.press('Escape');
    assert.ok(await tip.isHidden());
    assert.equal(await page.locator('main [aria-describedby="tip"]').count(), 0);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('main p .tried').first().evaluate(s => getComputedStyle(s).textDecorationLine), 'none');
  }
});

test('names of our own functions lead to the chunk that defines them', needs('name'), async () => {
  const page = await open(book.page);
  assert.equal(await chunk(page, book.name.in).locator('a.name').first().getAttribute('href'),
    book.name.leads);
});

test('the sidebar says which section one reads, and the place is offered again', async () => {
  const page = await open(book.page);
  await page.evaluate(id => document.getElementById(id).scrollIntoView({ behavior: 'instant' }), book.section.id);
  await page.waitForSelector('.sidebar [aria-current="location"]');
  assert.ok((await page.locator('.sidebar [aria-current="location"]').innerText()).includes(book.section.title));
  if (!book.long) return;       // a page that is seen at once has no place to go on at
  await page.waitForFunction(() => Object.keys(localStorage).some(key => key.startsWith('at:')));
  for (const name of ['index.html', book.page]) {
    const other = await page.context().newPage();
    await other.goto(pageUrl(site, name));
    await other.getByRole('link', { name: 'Continue at' }).click();
    assert.ok(other.url().endsWith(`${book.page}#${book.section.id}`), other.url());
    await other.waitForSelector('.continue', { state: 'detached' });
  }
  const linked = await page.context().newPage();
  await linked.goto(pageUrl(site, book.page) + '#' + book.section.id);
  assert.equal(await linked.locator('.continue').count(), 0, 'who followed a link is where they want to be');
});

test('everything but search and unfolding works without JavaScript', needs('first'), async () => {
  const page = await open(book.page, { javaScriptEnabled: false });
  assert.equal(await page.locator('.search').isVisible(), false);
  const use = chunk(page, program).locator('.use', { hasText: book.part.use });
  await use.click();
  assert.ok(page.url().endsWith('#' + book.part.id));
  await page.locator('.sidebar a', { hasText: book.section.title }).click();
  assert.ok(page.url().endsWith('#' + book.section.id));
  assert.equal(await page.locator('p a.call').first().getAttribute('title'), `${book.first.name}: ${book.first.does}`);
  await page.locator('.turn a[rel="next"]').click();
  assert.ok(page.url().endsWith('/' + book.next));
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: scheme });
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(/rgb\(2\d\d/.test(paper), scheme === 'light', `${scheme}: ${paper}`);
  }
});

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
// Taps what SELECTOR finds first in the middle of its first line, as a thumb would.
async function tap(page, selector) {
  const box = await page.locator(selector).first().evaluate(e => e.getClientRects()[0].toJSON());
  const at = [box.x + box.width / 2, box.y + box.height / 2];
  const hit = await page.evaluate(([x, y, selector]) => !!document.elementFromPoint(x, y)?.closest(selector), [...at, selector]);
  assert.ok(hit, `something lies over ${selector}`);
  await page.touchscreen.tap(...at);
}

test('on a phone the contents open and close, and nothing moves meanwhile, without JavaScript too', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open(book.page, { ...phone, javaScriptEnabled });
    await page.goto(pageUrl(site, book.page) + '#' + book.section.id);
    const was = () => page.evaluate(id =>
      [Math.round(document.getElementById(id).getBoundingClientRect().top / 10), history.length, location.href], book.section.id);
    const before = await was(), sidebar = page.locator('.sidebar');
    assert.equal(await sidebar.isVisible(), false);
    for (const leave of ['.sheet-head button', 'outside', 'Escape']) {
      await tap(page, '.menu');
      assert.equal(await sidebar.isVisible(), true);
      if (leave === 'Escape') await page.keyboard.press('Escape');
      else if (leave === 'outside') await page.touchscreen.tap(180, 90);
      else await tap(page, leave);
      await sidebar.waitFor({ state: 'hidden' });
      assert.deepEqual(await was(), before, `leaving by ${leave} moved the page`);
    }
    await tap(page, '.menu');
    if (javaScriptEnabled) assert.equal(await sidebar.locator('[aria-current="location"]').isVisible(), true);
    await page.locator('.sidebar ol ol a').last().tap();
    if (javaScriptEnabled) assert.equal(await sidebar.isVisible(), false);
    const id = await page.evaluate(() => location.hash.slice(1));
    const box = await page.locator(`[id="${id}"]`).boundingBox();
    assert.ok(box.y > 50 && box.y < 200, 'the heading is below the bar and above the contents: ' + box.y);
  }
});

test('on a phone every control is hit in its middle, is a thumb wide, and does what it says', async () => {
  const page = await open(book.page, phone);
  const wrong = await page.evaluate(() => {
    const wrong = [], inText = e => e.closest('p:not(.chunk-head, .chunk-foot, .claim-head, .sheet-head, .about, .solved, .try), li:not(.sidebar li), td, th, dd');
    for (const e of document.querySelectorAll('main button, main .use, main summary, main input, .top *, main .mark')) {
      if (!e.matches('a, button, summary, input') || !e.checkVisibility()) continue;
      e.scrollIntoView({ block: 'center', behavior: 'instant' });
      const r = e.matches('.mark') ? e.getClientRects()[0] : e.getBoundingClientRect();
      const hit = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2), name = `${e.className || e.tagName} ${e.textContent.slice(0, 30)}`;
      if (!hit || e !== hit && !e.contains(hit) && !hit.closest('label')) wrong.push(`${name} lies under ${hit?.outerHTML.slice(0, 80)}`);
      if ((r.height < 24 || r.width < 24) && !(inText(e) && !e.matches('.mark')) && !e.closest('label')) wrong.push(`${name} is ${Math.round(r.width)} x ${Math.round(r.height)}`);
    }
    return wrong;
  });
  assert.deepEqual(wrong, []);
  const copied = await watchClipboard(page);
  const root = `[id="${program}"]`;
  const center = selector => page.locator(selector).first().evaluate(e => e.scrollIntoView({ block: 'center', behavior: 'instant' }));
  await center(root + ' .unfold-all');
  await tap(page, root + ' .unfold-all');
  assert.ok(await page.locator(root + ' .unfolded').count() > 0);
  await tap(page, root + ' .unfold-all');
  await tap(page, root + ' .buttons button:last-child');
  assert.ok((await copied()).includes('main('));
  await center(root + ' pre .use:not(.helpers .use)');
  await tap(page, root + ' pre .use:not(.helpers .use)');
  assert.equal(await page.locator(root + ' pre .unfolded').count() > 0, true);
  await page.goto(pageUrl(site, book.page));
  await tap(page, '.here');
  await tap(page, '.search input');
  const width = (await page.locator('.search input').boundingBox()).width;
  assert.ok(width > 300, `who searches has the whole bar, and not ${width} px`);
});

test('long lines scroll, and one sees that they go on, or wrap further in, as the reader wants it', needs('wide'), async () => {
  const page = await open(book.page);
  const wide = () => page.locator('pre[data-columns]').evaluateAll(all =>
    all.filter(pre => pre.scrollWidth > pre.clientWidth + 1).map(pre => pre.getAttribute('aria-label')));
  const stops = () => page.locator('pre[data-columns]').evaluateAll(all =>
    all.filter(pre => pre.tabIndex === 0 && pre.getAttribute('role') === 'region').map(pre => pre.getAttribute('aria-label')));
  const text = () => page.locator('pre[data-columns]').evaluateAll(all => all.map(pre => pre.textContent));
  assert.deepEqual(await wide(), []);
  assert.deepEqual(await stops(), [], 'what does not scroll is no stop');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction(() => document.querySelector('pre[tabindex]'));
  const over = await wide(), stopped = await stops(), before = await text();
  assert.ok(over.length > 0);
  assert.deepEqual(over.filter(name => !stopped.includes(name)), [], 'what scrolls can be scrolled by keys');
  await page.getByRole('button', { name: /^wrap/i }).first().click();
  assert.deepEqual(await wide(), []);
  assert.deepEqual(await text(), before, 'what is copied is the same');
  const lines = await page.locator('pre .ln').evaluateAll(all => all.filter(l => l.getBoundingClientRect().height > 30).length);
  assert.ok(lines > 0, 'no line goes on further in');
  const use = page.locator('.root .use[aria-expanded]:visible').first();
  await use.click();
  assert.equal(await page.locator('.unfolded .ln').count() > 0, true, 'what is unfolded is wrapped, too');
  await use.click();
  await page.reload();
  assert.deepEqual(await wide(), [], 'it is remembered');
  await page.getByRole('button', { name: /wrap/i }).first().click();
  assert.ok((await wide()).length > 0);
  assert.deepEqual(await text(), before);
});

test('a tap on a figure shows it large, and Close, Escape or a tap beside it leaves', needs('figure'), async () => {
  const page = await open(book.page, phone);
  const small = page.locator('main figure svg').first(), dialog = page.locator('#large');
  await small.evaluate(s => s.scrollIntoView({ block: 'center', behavior: 'instant' }));
  for (const leave of ['Close', 'Escape']) {
    const top = () => small.evaluate(s => s.getBoundingClientRect().top), before = await top();
    await small.tap();
    const letters = await dialog.locator('text').first().evaluate(t => t.getBoundingClientRect().height);
    assert.ok(letters > 14, `letters ${letters} px high`);
    if (leave === 'Close') await tap(page, '#large button'); else await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.ok(Math.abs(await top() - before) < 20, 'the page moved');
  }
});

test('what a mark says is seen at every width and in print where it is news, and is not copied with the sentence', needs('mark'), async () => {
  for (const options of [{}, phone, { viewport: { width: 1024, height: 700 } }]) {
    const page = await open(book.page, options);
    for (const media of ['screen', 'print']) {
      await page.emulateMedia({ media });
      const shown = await page.locator('main .mark').evaluateAll(all => all.map(m => {
        const before = getComputedStyle(m, '::before');
        return [m.classList.contains('holds'), before.display !== 'none' && before.content];
      }));
      for (const [holds, content] of shown) assert.match(String(content), holds ? /^"✓"/ : /^"[a-z]/);
    }
    await page.emulateMedia({ media: 'screen' });
    const far = await page.locator('main .mark').evaluateAll(all => all.filter(m => {
      const said = [...m.previousElementSibling.getClientRects()].at(-1), r = m.getClientRects()[0];
      return r.bottom < said.top - 8 || r.top > said.bottom + 40;
    }).length);
    assert.equal(far, 0, 'a mark is not beside its sentence');
    const copied = await page.locator('main .mark').first().evaluate(m => {
      const range = document.createRange();
      range.selectNodeContents(m.closest('p, li, td'));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return getSelection().toString();
    });
    assert.doesNotMatch(copied, /✓|holds/);
    assert.equal(await page.locator('main .mark.holds:not([aria-hidden])').count(), 0, 'what holds is not spoken of');
  }
  const page = await open(book.page);
  await page.getByLabel('Verdicts').selectOption('all');
  assert.equal(await page.locator('main .mark[aria-hidden]').count(), 0);
  await page.getByLabel('Verdicts').selectOption('none');
  assert.equal(await page.locator('main .mark').first().isVisible(), false);
});

test('a link shows the first lines of where it leads: to a pointer, to the keyboard, in a sheet to a thumb', needs('mark'), async () => {
  const page = await open(book.page), box = page.locator('#preview');
  for (const selector of ['main p > a.xref[href^="#fig"]', 'main p > a.xref:not([href^="#"])', 'main .mark:not(.holds)', 'main pre a.name']) {
    const link = page.locator(`${selector}:visible`).first();
    if (await link.count() === 0) continue;
    await link.scrollIntoViewIfNeeded();
    await link.hover();
    await box.waitFor();
    assert.ok((await box.textContent()).trim().length > 10 || await box.locator('svg').count() > 0, selector);
    const at = await box.boundingBox();
    assert.ok(at.y >= 0 && at.x >= 0 && at.x + at.width <= 1280, `${selector}: out of sight`);
    await page.mouse.move(0, 0);
    await box.waitFor({ state: 'hidden' });
  }
  const link = page.locator('main p > a.xref').first();
  await page.keyboard.press('Tab');
  await link.focus();
  await box.waitFor();
  assert.equal(await link.getAttribute('aria-describedby'), 'preview');
  await page.keyboard.press('Escape');
  assert.equal(await box.isVisible(), false);
  const small = await open(book.page, phone), sheet = small.locator('#sheet');
  for (const selector of ['main p > a.xref', 'main p a.call', 'main .mark:not(.holds)']) {
    const before = await small.locator(selector).first().evaluate(e => { e.scrollIntoView({ block: 'center', behavior: 'instant' }); return Math.round(e.getClientRects()[0].top / 20); });
    await tap(small, selector);
    await sheet.waitFor();
    assert.ok((await sheet.textContent()).length > 20);
    await tap(small, '#sheet .leave');
    await sheet.waitFor({ state: 'hidden' });
    assert.equal(await small.locator(selector).first().evaluate(e => Math.round(e.getClientRects()[0].top / 20)), before);
  }
  await small.locator('main p a.call').first().evaluate(e => e.scrollIntoView({ block: 'center', behavior: 'instant' }));
  await tap(small, 'main p a.call');
  await sheet.waitFor();
  assert.match(await sheet.locator('a', { hasText: 'Manual page' }).getAttribute('href'), /man\d\/\w+\.\d\.html$/);
  await tap(small, '#sheet .ways a');
  await small.waitForURL(/#ix-|#call-/);
});

test('what a program begins with is one line until it is asked for, and is copied', needs('helpers'), async () => {
  const page = await open(chapterOf(book.helpers.unit));
  const copied = await watchClipboard(page), root = chunk(page, book.helpers.program + '.c');
  const head = root.locator('.helpers-head button'), use = root.locator('.helpers .use').last();
  assert.match(await head.textContent(), /^⟨.*headers⟩ and \d+ helpers?$/);
  assert.equal(await use.isVisible(), false);
  const names = await root.locator('.helpers .use').evaluateAll(all => all.map(u => u.textContent));
  await root.getByRole('button', { name: /^copy/i }).click();
  for (const name of names) assert.ok((await copied()).includes(name), name);
  assert.ok(!(await copied()).includes('helpers\n'));
  await head.focus();
  await page.keyboard.press('Enter');
  assert.equal(await use.isVisible(), true);
  assert.equal(await head.getAttribute('aria-expanded'), 'true');
  await use.click();
  assert.equal(await root.locator('.helpers .unfolded').count(), 1);
  const plain = await open(chapterOf(book.helpers.unit), { javaScriptEnabled: false });
  assert.equal(await chunk(plain, book.helpers.program + '.c').locator('.helpers .use').last().isVisible(), true);
  assert.equal(await chunk(plain, book.helpers.program + '.c').locator('.helpers-head').isVisible(), false);
});

test('an error is told with the section that one reads and the edition', async () => {
  const page = await open(book.page), link = page.locator('.errors a');
  if (await link.count() === 0) return; // the title block names nobody to tell it to
  assert.match(decodeURIComponent(await link.getAttribute('href')), /edition of \d{4}-\d\d-\d\d/);
  await page.evaluate(id => document.getElementById(id).scrollIntoView({ behavior: 'instant' }), book.section.id);
  await page.waitForFunction(title => decodeURIComponent(document.querySelector('.errors a').href).includes(title), book.section.title);
  assert.ok((await page.locator('.settings > a').innerText()).includes(book.section.title));
});

test('a heading is named once, and leads to itself', async () => {
  const page = await open(book.page);
  const heading = page.locator(`[id="${book.section.id}"]`);
  assert.match(await heading.evaluate(h => h.textContent), new RegExp(`^[\\d.]*\\s*${book.section.title}$`));
  assert.equal(await heading.locator('a').count(), 1);
});

test('printed, a page is its text: no sidebar, no buttons, dark on light, lines folded', async () => {
  const page = await open(book.page, { colorScheme: 'dark' });
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.setViewportSize({ width: 700, height: 990 });
  for (const gone of ['.side', '.turn', '.buttons']) assert.equal(await page.locator(gone).first().isVisible(), false, gone);
  assert.match(await page.evaluate(() => getComputedStyle(document.body).color), /rgb\(0, 0, 0\)/);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('pre')].some(p => p.scrollWidth > p.clientWidth)), false);
});

test('headings, chunks, figures and claims can be linked to', async () => {
  const page = await open(book.page);
  const missing = await page.evaluate(linked => linked.filter(selector => !document.querySelector(selector)), book.linked);
  assert.deepEqual(missing, []);
  for (const selector of ['h2', '.chunk', '.session', 'figure', '.claim', '.claimed']) {
    assert.equal(await page.locator(`${selector}:not([id])`).count(), 0, `${selector} without an id`);
  }
});

test('a page tells other programs what it is: language, description, title, icon', async () => {
  for (const name of ['index.html', book.page, programPage]) {
    const page = await open(name);
    const head = await page.evaluate(() => ({
      lang: document.documentElement.lang,
      about: document.querySelector('meta[name="description"]')?.content ?? '',
      title: document.querySelector('meta[property="og:title"]')?.content,
      picture: document.querySelector('meta[property="og:image"]')?.content,
      icon: document.querySelector('link[rel="icon"]')?.getAttribute('href') }));
    assert.equal(head.lang, 'en');
    assert.ok(head.about.length > 30 && head.about.length <= 200, head.about);
    assert.ok(head.title && fs.existsSync(path.join(site, head.icon)));
    assert.ok(fs.existsSync(path.join(site, path.basename(head.picture))));
    await page.context().close();
  }
});
