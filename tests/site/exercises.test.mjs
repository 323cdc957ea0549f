// exercises.test.mjs - what a reader does with exercises, done in Chromium.
//
//   SITE=DIR node --test tests/site/exercises.test.mjs
//
// DIR is the site of the book that tests/book/exercises.bash makes. Each test opens a fresh
// page with nothing remembered.
import test, { after, before } from 'node:test';
import assert from 'node:assert/strict';
import path from 'node:path';
import { launch, pageUrl } from './browser.mjs';

const site = path.resolve(process.env.SITE);
let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('pageerror', e => { throw e; });
  await page.goto(pageUrl(site, name));
  return page;
}

// predict PAGE, LINES...: types the lines below each command, presses Check, and gives what
// the page says.
async function predict(page, ...lines) {
  for (const [i, text] of lines.entries()) await page.getByRole('textbox').nth(i).fill(text);
  await page.getByRole('button', { name: 'Check' }).click();
  return page.locator('#twice').getByRole('status').innerText();
}
const question = '\nWhen does stdout write, and what does fork copy?';

test('a prediction is told which line is not so, never what it is instead', async () => {
  const page = await open('try.html');
  assert.equal(await predict(page, '3', 'it was before'), './twice | wc -l Your line 1 is not so: 3' + question);
  assert.equal(await predict(page, '4', 'it was before\nit was before\nafter\nafter'), './twice | cat Your line 2 is not so: it was before' + question);
  assert.equal(await predict(page, '4', 'it was before\nafter'), './twice | cat A line is missing after your line 2.' + question);
  assert.equal(await predict(page, '', 'it was before'), './twice | wc -l A line is missing after your line 0.' + question);
  assert.equal(await predict(page, '4', 'it was before\nafter\nit was before\nafter\nafter'), './twice | cat Your line 5 is not so: after' + question);
  assert.equal(await predict(page, '4', '<b>it was before</b>'), './twice | cat Your line 1 is not so: <b>it was before</b>' + question);
  assert.deepEqual(await page.getByRole('textbox').evaluateAll(areas => areas.map(a => a.getAttribute('aria-invalid'))), ['false', 'true']);
});

test('blanks at the ends of lines and empty lines do not matter, and another right answer is right', async () => {
  const page = await open('try.html');
  assert.equal(await predict(page, '4  \n', '\nit was before \nafter\n\nit was before\nafter\n'), 'That is what it prints.');
  assert.equal(await predict(page, ' 5 ', ' it  was\tbefore\nafter\nit was before\nafter'), 'That is what it prints.');
});

test('a right prediction is done, which the contents count and the browser remembers', async () => {
  const page = await open('try.html');
  const box = page.getByRole('checkbox', { name: 'done: Exercise 2.1' });
  assert.equal(await box.isChecked(), false);
  assert.equal(await page.locator('.done-of').count(), 0);
  await predict(page, '3', '');
  assert.equal(await box.isChecked(), false);
  await predict(page, '4', 'it was before\nafter\nit was before\nafter');
  assert.equal(await box.isChecked(), true);
  assert.equal(await page.locator('#contents .done-of').innerText(), '1 of 2 done');
  await page.getByRole('checkbox', { name: 'done: Exercise 2.2' }).check();
  assert.equal(await page.locator('#contents .done-of').innerText(), '2 of 2 done');
  await page.goto(pageUrl(site, 'index.html'));
  assert.equal(await page.locator('.toc .done-of').innerText(), '2 of 2 done');
  await page.goto(pageUrl(site, 'try.html'));
  assert.equal(await box.isChecked(), true);
  await box.uncheck();
  await page.reload();
  assert.equal(await box.isChecked(), false);
  assert.equal(await page.locator('#contents .done-of').innerText(), '1 of 2 done');
});

test('a prediction is typed and checked with the keyboard alone', async () => {
  const page = await open('try.html');
  await page.getByLabel('./twice | wc -l').focus();
  await page.keyboard.type('4');
  await page.keyboard.press('Tab');
  await page.keyboard.type('it was before\nafter\nit was before\nafter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#twice').getByRole('status').innerText(), 'That is what it prints.');
  // arrows and / are letters there
  await page.getByLabel('./twice | wc -l').focus();
  await page.keyboard.type('/');
  await page.keyboard.press('ArrowRight');
  assert.equal(path.basename(new URL(page.url()).pathname), 'try.html');
  assert.equal(await page.getByLabel('./twice | wc -l').inputValue(), '4/');
});

test('the box takes the place of the file to fill in, where there is a script, and not on paper', async () => {
  const page = await open('try.html');
  const file = page.locator('[id="twice.start.txt"]');
  assert.equal(await file.isVisible(), false);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await file.isVisible(), true);
  assert.equal(await page.locator('.predicted').isVisible(), false);
  const plain = await open('try.html', { javaScriptEnabled: false });
  assert.equal(await plain.locator('[id="twice.start.txt"]').isVisible(), true);
  assert.equal(await plain.getByRole('textbox').count(), 0);
  assert.equal(await plain.getByRole('checkbox').count(), 0);
  assert.ok((await plain.locator('#twice .try').innerText()).includes('make exercise twice'));
});

test('a hint is closed, and opens, without a script too', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open('try.html', { javaScriptEnabled });
    const hint = page.locator('#two_children .hint').first();
    assert.equal(await hint.locator('p').isVisible(), false);
    await hint.locator('summary').click();
    assert.equal(await hint.locator('p').isVisible(), true);
    assert.equal(await page.locator('#two_children .hint').last().locator('p').isVisible(), false);
  }
});

test('what one starts with unfolds, and so does an answer', async () => {
  const page = await open('try.html');
  await page.locator('[id="two_children.start.c"] .unfold-all').click();
  const start = await page.locator('[id="two_children.start.c"] pre code').first().innerText();
  assert.ok(start.includes('static int wait_for(pid_t child)') && start.includes('return wait_for(0);'));
  await page.goto(pageUrl(site, 'answers.html'));
  await page.locator('[id="two_children.answer.c"] .unfold-all').click();
  const answer = await page.locator('[id="two_children.answer.c"] pre code').first().innerText();
  assert.ok(answer.includes('static int wait_for(pid_t child)') && answer.includes('tee(0, 1, 1, 0)'));
});

test('a symptom is found before all else', async () => {
  const page = await open('index.html');
  const search = page.getByRole('combobox', { name: 'Search' });
  await search.fill('twice');
  const first = page.locator('#found a').first();
  await first.waitFor();
  assert.ok(await page.locator('#found a').count() > 1);
  assert.equal((await first.locator('.kind').innerText()).trim(), 'symptom');
  assert.equal(await first.getAttribute('href'), 'try.html#sy-printed-twice');
});
