// watch.test.mjs - tools/watch, seen from its terminal and over HTTP.
//
//   BOOK=DIR node --test tests/tools/watch.test.mjs
//
// DIR is a made-up book, made. Each test watches a copy of its own.
import test, { after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chapter, copyOfBook, endAll, get, held, hold, letGo, page, read, save, saveByRename, slowly, until, watch } from './watching.mjs';

after(endAll);

// The chapter with WORDS as a new first paragraph.
const withWords = (book, words) => read(book, chapter).replace('\n\n', `\n\n${words}\n\n`);

test('a saved sentence is on the page at once, and an open page is told', async () => {
  for (const saving of [save, saveByRename]) {
    const book = copyOfBook(), w = await watch(book);
    const own = await w.open(), other = await w.open('made-02.html');
    assert.equal(own.last?.stale ?? false, false);
    saving(book, chapter, withWords(book, 'Here is something new.'));
    await w.shown('Here is something new.');
    await until('the page is told', () => own.last.stale);
    await until('the other is told', () => other.last);
    assert.equal(other.last.stale, false, 'a page that did not change is told to load again');
    assert.doesNotMatch(read(book, 'out/html/' + page), /watch/, 'the built page is not what make html makes');
    assert.match(w.said(), /^shown +after \d+\.\d s$/m);
  }
});

test('a mistake in prose is told until it is mended, and the page stays', async () => {
  const book = copyOfBook(), w = await watch(book), before = await w.page();
  const good = read(book, chapter);
  save(book, chapter, good + '\nHere << stands alone.\n\nAnd a tab\there.\n');
  const line = good.split('\n').length + 1;
  const message = await until('a message', () => w.messages().find(m => m.startsWith(`${chapter}:${line}: `)));
  assert.ok(w.said().includes(message + '\n'), 'the terminal does not have it');
  assert.equal(await w.page(), before);
  const other = 'chapters/02-made-02.nw', otherGood = read(book, other);
  save(book, other, otherGood + '\nA tab\there.\n');
  await until('another message', () => w.messages().some(m => m.startsWith(other)));
  for (const [what, at] of [['<<', line], ['tab', line + 2]]) {
    assert.ok(w.messages().some(m => m.startsWith(`${chapter}:${at}: `) && m.includes(what)), `another save makes the ${what} forgotten`);
  }
  save(book, chapter, good);
  await until('the first is mended', () => !w.messages().some(m => m.startsWith(chapter)));
  assert.ok(w.messages().some(m => m.startsWith(other)));
  save(book, other, otherGood);
  await until('no message', () => w.messages().length === 0);
  assert.match(w.said(), /^mended /m);
});

test('a mistake in a program is told with the line of the chapter until it is mended, and the program is compiled', async () => {
  const book = copyOfBook(), w = await watch(book), good = read(book, chapter);
  const program = fs.readdirSync(path.join(book, 'tangled/01-made-01')).find(f => f.endsWith('.c')).replace('.c', '');
  save(book, chapter, good.replace('int main(void)\n{', 'int main(void)\n{\n    nonsense;'));
  const line = read(book, chapter).split('\n').indexOf('    nonsense;') + 1;
  await until('a message', () => w.messages().some(m => m.startsWith(`${chapter}:${line}:`) && /nonsense/.test(m)));
  await w.shown('nonsense');
  const old = fs.statSync(path.join(book, 'out/bin/01-made-01', program)).mtimeMs;
  save(book, chapter, good.replace('int main(void)\n{', 'int main(void)\n{\n    (void)0;'));
  await until('no message', () => w.messages().length === 0);
  assert.ok(fs.statSync(path.join(book, 'out/bin/01-made-01', program)).mtimeMs > old);
});

test('of several saves the last is shown, also when they come while something is made', async () => {
  const book = copyOfBook(), w = await watch(book, [], slowly(book)), good = read(book, chapter);
  for (const n of [1, 2, 3]) save(book, chapter, good.replace('\n\n', `\n\nSave number ${n}.\n\n`));
  await w.shown('Save number 3.');
  hold(book);
  save(book, chapter, good.replace('\n\n', '\n\nSave number 4.\n\n'));
  await held(book);
  save(book, chapter, good.replace('\n\n', '\n\nSave number 5.\n\n'));
  letGo(book);
  await w.shown('Save number 5.');
});

test('a new chapter is told and then shown, a removed one told and then gone', async () => {
  const book = copyOfBook(), w = await watch(book), list = read(book, 'book.nw');
  save(book, 'chapters/03-new.nw', '# Brand new {#new}\n\nA chapter that is brand new.\n');
  await until('it is not listed', () => w.messages().some(m => /^chapters\/03-new\.nw:1: .*list/.test(m)));
  const listed = list.replace('- 02-made-02\n', '- 02-made-02\n- 03-new\n').replace('[](#made-02)', '[](#made-02) [](#new)');
  save(book, 'book.nw', listed);
  await w.shown('brand new', 'new.html');
  await until('all is well', () => w.messages().length === 0);
  const reader = await w.open('new.html');
  fs.unlinkSync(path.join(book, 'chapters/03-new.nw'));
  await until('it is missed', () => w.messages().some(m => /^book\.nw:\d+: .*03-new/.test(m)));
  assert.equal((await get(w.url + 'new.html')).status, 200);
  save(book, 'book.nw', list);
  await until('it is gone', async () => (await get(w.url + 'new.html')).status === 404);
  await until('its reader is told', () => reader.last.stale);
  assert.match((await get(w.url + 'new.html')).text, /Not here/);
  await until('all is well', () => w.messages().length === 0);
});

test('a saved test is run, what fails is told, and the page of its program says so', async () => {
  const book = copyOfBook(), w = await watch(book);
  const name = fs.readdirSync(path.join(book, 'tangled/01-made-01')).find(f => f.endsWith('.c')).replace('.c', '');
  const file = `tests/01-made-01/${name}.bats`;
  const own = fs.readFileSync(path.join(book, file), 'utf8');
  const bats = what => `${own}\n@test "it is as I say" {\n    ${what}\n}\n`;
  save(book, file, bats('false'));
  await until('it fails', () => w.messages().some(m => m.includes('it is as I say')));
  save(book, file, bats('true'));
  await w.shown('it is as I say', `made-01-${name}.html`);
  await until('all is well', () => w.messages().length === 0);
});

test('a style sheet is new on every open page', async () => {
  const book = copyOfBook(), w = await watch(book), own = await w.open();
  save(book, 'assets/css/book.css', read(book, 'assets/css/book.css') + '\n.something-new { color: red; }\n');
  await until('the page is told', () => own.last?.stale);
  assert.match((await get(w.url + 'css/book.css')).text, /something-new/);
});

test('saves are seen by polling, when that is wanted and when the system cannot tell', async () => {
  const book = copyOfBook();
  let w = await watch(book, ['--poll']);
  saveByRename(book, chapter, withWords(book, 'Seen by polling.'));
  await w.shown('Seen by polling.');
  w.child.kill('SIGINT');
  await w.ended();
  const none = path.join(book, 'out/none.cjs');
  fs.writeFileSync(none, "require('fs').watch = () => { throw Object.assign(new Error('no'), { code: 'ENOSPC' }); };\n");
  w = await watch(book, [], { NODE_OPTIONS: `--require ${none}` });
  assert.match(w.said(), /does not tell .*ENOSPC/);
  save(book, chapter, withWords(book, 'Seen again.'));
  await w.shown('Seen again.');
});

test('only what is below the site is served, to this machine, under its name', async () => {
  const book = copyOfBook(), w = await watch(book);
  fs.writeFileSync(path.join(book, 'out/secret'), 'secret');
  fs.symlinkSync('../secret', path.join(book, 'out/html/link'));
  fs.mkdirSync(path.join(book, 'out/html2'));
  fs.writeFileSync(path.join(book, 'out/html2/x.txt'), 'secret');
  for (const place of ['../secret', '%2e%2e/secret', '..%2fsecret', 'css/../../secret', '%2e%2e%2fhtml2/x.txt', '../html2/x.txt',
    'link', 'css', '%00', '%ff', '/etc/passwd', '%2fetc%2fpasswd', '..\\secret', '.watch/builds.js', '.watch/..%2fbuilds.js']) {
    const { status, text } = await get(w.url + place);
    assert.equal(status, 404, place);
    assert.doesNotMatch(text, /secret|root:|module/, place);
  }
  const { port } = new URL(w.url);
  for (const host of ['example.org', `example.org:${port}`, '127.0.0.1', `127.0.0.1:${port}.example.org`]) {
    for (const place of ['', '.watch/events?page=/&sum=', '.watch/page.js']) assert.equal((await get(w.url + place, { host })).status, 403, host);
  }
  assert.equal((await get(w.url, { host: `localhost:${port}` })).status, 200);
  assert.equal((await get(w.url, {}, 'POST')).status, 405);
  const head = await get(w.url + page, {}, 'HEAD');
  assert.deepEqual([head.status, head.text], [200, '']);
  const sockets = fs.readFileSync('/proc/net/tcp', 'utf8') + fs.readFileSync('/proc/net/tcp6', 'utf8');
  const own = sockets.split('\n').map(l => l.trim().split(/\s+/))
    .filter(l => l[3] === '0A' && parseInt(l[1]?.split(':')[1], 16) === Number(port)).map(l => l[1].split(':')[0]);
  assert.deepEqual(own, ['0100007F']);
});

// The processes that have WORD in their environment.
function marked(word) {
  return fs.readdirSync('/proc').filter(name => /^\d+$/.test(name)).filter(pid => {
    try { return fs.readFileSync(`/proc/${pid}/environ`, 'utf8').includes(word); } catch { return false; }
  });
}

test('an interrupt ends it and all that it started, also while pages are made and while tests run', async () => {
  const book = copyOfBook(), mark = `MARK_${path.basename(book)}`;
  fs.mkdirSync(path.join(book, 'tests/01-made-01'), { recursive: true });
  const name = fs.readdirSync(path.join(book, 'tangled/01-made-01')).find(f => f.endsWith('.c')).replace('.c', '');
  const situations = {
    idle: () => {},
    pages: async () => {
      hold(book);
      save(book, chapter, withWords(book, 'One more.'));
      await held(book);
    },
    tests: async () => {
      save(book, `tests/01-made-01/${name}.bats`, 'bats_require_minimum_version 1.13.0\nload ../lib/helpers\n@test "long" {\n    touch "$root/out/begun"\n    run_program -t 900 sleep 800\n}\n');
      await until('a test runs', () => fs.existsSync(path.join(book, 'out/begun')));
    },
  };
  for (const [situation, begin] of Object.entries(situations)) {
    for (const signal of ['SIGINT', 'SIGTERM']) {
      const w = await watch(book, [], { [mark]: 'x', ...slowly(book) });
      fs.rmSync(path.join(book, 'out/begun'), { force: true });
      await begin();
      w.child.kill(signal);
      assert.equal(await w.ended(), 0);
      await until(`all have ended (${situation}, ${signal})`, () => marked(mark).length === 0);
      assert.ok(!fs.existsSync(path.join(book, 'out/watch')));
      letGo(book);
      fs.rmSync(path.join(book, `tests/01-made-01/${name}.bats`), { force: true });
    }
  }
});

test('a second one says where the first one serves, and the place of a killed one is taken', async () => {
  const book = copyOfBook(), first = await watch(book), second = await watch(book);
  assert.equal(await second.ended(), 1);
  assert.ok(second.said().includes(first.url), second.said());
  first.child.kill('SIGKILL');
  await first.ended();
  const { port } = new URL(first.url);
  const third = await watch(book, ['--port', port]);
  assert.equal(third.url, first.url);
  const taken = await watch(copyOfBook(), ['--port', port]);
  assert.equal(await taken.ended(), 1);
  assert.match(taken.said(), new RegExp(`port ${port} is taken`));
});

test('a wrong call is refused, and it has its help', () => {
  const call = (...words) => spawnSync(path.join(process.env.BOOK, 'tools/watch'), words, { encoding: 'utf8' });
  for (const words of [['--nonsense'], ['--port'], ['--port', 'x'], ['--port', '70000'], ['here']]) assert.equal(call(...words).status, 2);
  const { status, stdout } = call('--help');
  assert.equal(status, 0);
  assert.match(stdout, /tools\/watch \[--port N\] \[--poll\]/);
});
