// watching.mjs - what the tests of tools/watch share.
//
// copyOfBook() gives the folder of a fresh copy of the book in BOOK. watch(folder,
// arguments, environment, at once) starts tools/watch there and resolves when it
// serves, and has made the first pages unless it is wanted at once. endAll() ends
// what still runs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const folders = [], watching = new Set();
export const chapter = 'chapters/01-made-01.nw', page = 'made-01.html';
export const read = (book, file) => fs.readFileSync(path.join(book, file), 'utf8');

export function copyOfBook() {
  const folder = fs.mkdtempSync(process.env.BOOK + '.');
  folders.push(folder);
  fs.cpSync(process.env.BOOK, folder, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return folder;
}

// until WHAT, TRUE: waits until the function TRUE gives something true, and gives it.
export async function until(what, true_) {
  for (const end = Date.now() + 120000; Date.now() < end;) {
    const value = await true_();
    if (value) return value;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  throw new Error(`it did not happen: ${what}`);
}

// save BOOK, FILE, TEXT: in place.
export const save = (book, file, text) => fs.writeFileSync(path.join(book, file), text);

// As vim does: the old file gets another name, a new one takes its place.
export function saveByRename(book, file, text) {
  const name = path.join(book, file);
  fs.writeFileSync(path.join(path.dirname(name), '4913'), '');
  fs.unlinkSync(path.join(path.dirname(name), '4913'));
  fs.renameSync(name, name + '~');
  fs.writeFileSync(name, text);
  fs.unlinkSync(name + '~');
}

// get URL, HEADERS, METHOD: { status, text, headers }.
export function get(url, headers = {}, method = 'GET') {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url), place = url.slice(url.indexOf('/', 8)); // as it is, dots and all
    http.request({ hostname, port, path: place, headers, method, agent: false }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', data => { text += data; })
        .on('end', () => resolve({ status: response.statusCode, text, headers: response.headers }));
    }).on('error', reject).end();
  });
}

// slowly BOOK: the environment of a make in which pandoc waits as long as the file
// hold is there, and then makes the file held.
export function slowly(book) {
  const bin = path.join(book, 'slow-bin'), inBook = name => `'${path.join(book, name)}'`;
  fs.mkdirSync(bin, { recursive: true });
  fs.writeFileSync(path.join(bin, 'pandoc'), `#!/bin/sh
while [ -e ${inBook('hold')} ]; do touch ${inBook('held')}; sleep 0.05; done
PATH=\${PATH#*:} exec pandoc "$@"
`, { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}` };
}
export const hold = book => save(book, 'hold', '');
export const held = book => until('something is being made', () => fs.existsSync(path.join(book, 'held')));
export const letGo = book => ['hold', 'held'].forEach(name => fs.rmSync(path.join(book, name), { force: true }));

// The state that an open page is told: { stale, messages }, the last of them.
function listen(url, pathname, sum) {
  const heard = { last: null };
  heard.request = http.get(`${url}.watch/events?page=${pathname}&sum=${sum}`, { agent: false }, response => {
    let text = '';
    response.setEncoding('utf8').on('data', data => {
      text += data;
      const all = text.split('\n\n');
      text = all.pop();
      for (const event of all) if (event.startsWith('data: ')) heard.last = JSON.parse(event.slice(6));
    });
  }).on('error', () => {});
  return heard;
}

export async function watch(book, words = [], environment = {}, at_once = false) {
  const child = spawn(path.join(book, 'tools/watch'), words, { env: { ...process.env, ...environment } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', data => { text += data; });
  const closed = once(child, 'close').then(([status, signal]) => signal || status);
  const self = { child, said: () => text };
  watching.add(self);
  closed.then(() => watching.delete(self));
  // its status, or the signal that ended it
  self.ended = () => until('it ends', () => child.exitCode !== null || child.signalCode).then(() => closed);
  self.url = (await until('it serves', () => /^(http:\S+)/m.exec(text) || child.exitCode !== null))[1];
  if (!self.url) return self;
  self.page = async (name = page) => (await get(self.url + name)).text;
  self.open = async (name = page) => listen(self.url, '/' + name, /data-sum="(\w+)"/.exec(await self.page(name))[1]);
  self.front = listen(self.url, '/', '');
  // all messages of now
  self.messages = () => self.front.last ? self.front.last.messages : [];
  self.shown = async (words, name = page) => until(`"${words}" on ${name}`, async () => (await self.page(name)).includes(words));
  if (!at_once) await until('the first pages', () => /^shown/m.test(text));
  return self;
}

export async function endAll() {
  for (const { child } of watching) child.kill('SIGTERM');
  await Promise.all([...watching].map(w => w.ended().catch(() => w.child.kill('SIGKILL'))));
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
