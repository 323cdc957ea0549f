// search.mjs - asks the search of a built site what people ask.
//
//   node tests/site/search.mjs SITE SCRIPTS < QUERIES
//
// SITE has search-data.js, SCRIPTS rank.js; a line of QUERIES is a query, a tab and the ids of
// the sections that explain it. What is found in a section of level 3 is in that above it as
// well. Prints each query whose section is not among the first three, with these, and last
// how many queries there are, how many of them have theirs first, how many among the first three,
// and how many find nothing.
import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

const [site, scripts] = process.argv.slice(2);
let rows, find;
globalThis.bookToSearch = (...data) => { rows = data[0]; find = globalThis.bookRank(...data); };
for (const file of [path.join(scripts, 'rank.js'), path.join(site, 'search-data.js')]) {
  vm.runInThisContext(fs.readFileSync(file, 'utf8'), file);
}
// The sections of a row: the one that it leads to, and the numbered one that this is in.
const idOf = url => url.split('#')[1];
const above = new Map();
let numbered;
for (const [kind, title, , url] of rows) {
  if (kind === 'chapter' || kind === 'section' && /^([A-Z]|\d+)\.\d/.test(title)) numbered = idOf(url);
  if (kind === 'section') above.set(idOf(url), numbered);
}
const sectionsOf = row => {
  const id = idOf(row[0] === 'call' || row[0] === 'subject' || row[0] === 'symptom' ? rows[row[5]]?.[3] ?? row[3] : row[3]);
  return [id, above.get(id)];
};
const count = { queries: 0, first: 0, three: 0, nothing: 0 };
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (line === '' || line.startsWith('#')) continue;
  const [query, ids] = line.split('\t'), right = ids.split(' ');
  const results = find(query), at = results.findIndex(({ row }) => sectionsOf(row).some(id => right.includes(id)));
  count.queries++;
  count.first += at === 0;
  count.three += at >= 0 && at < 3;
  count.nothing += results.length === 0;
  if (at < 0 || at > 2) console.log(`${query}: ${results.slice(0, 3).map(({ row }) => `${row[1]} (${row[2] || row[0]})`).join('; ')}`);
}
console.log(Object.values(count).join(' '));
