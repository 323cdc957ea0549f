// rank.js - finds rows of the search's data (weave/site/search.lua) and puts the best first.
//
// bookRank(rows, synonyms) gives a function of a query, whose result is a list of
// {row, words}: the row, and the words of the book that were found in it, best first.
// For each word of the query those that are the same count before those that begin with
// it, and both before those that are like it, which count only where there is nothing
// else. What has all words of the query, or words that mean the same, stands before what has
// some of them. A section stands there once, under the entry of an index, the call or the
// symptom that fits best.
'use strict';
globalThis.bookRank = (rows, synonyms) => {
// What a kind of row counts; a symptom most, for who looks for one is in need.
const kinds = { symptom: 1.7, subject: 1.2, call: 1.25, chapter: 1.2, section: 1, program: 0.95, exercise: 0.55, claim: 0.5, chunk: 0.3 };
const idle = new Set(`a about an and are as at be been but by can cannot could did do does doing for from get gets give
  given got had has have how i if in into is it its like made make makes me must my not of on or our should so some than that
  the their them then there these they this to too up use used using want was we were what when where which while who whom whose
  why will with without work works would you your`.split(/\s+/));

// A word without its endings: "closes", "closed" and "closing" are the same.
const stems = new Map();
function stem(word) {
  let s = stems.get(word);
  if (s === undefined) stems.set(word, s = stemmed(word.toLowerCase()));
  return s;
}
function stemmed(s) {
  if (s.length < 4 || /[\d_]/.test(s)) return s;
  s = s.replace(/(ss|x|ch|sh)es$/, '$1').replace(/ies$/, 'y').replace(/([^sui])s$/, '$1');
  s = s.replace(/^(.*[aeiouy].*.)(?:ing|ed)$/, '$1').replace(/(.{3})e$/, '$1').replace(/y$/, 'i');
  return s.replace(/([b-df-hj-np-tv-z])\1$/, '$1');
}
const wordsOf = text => text.replace(/(\d),(?=\d{3})/g, '$1').match(/[\p{L}\p{N}_]+/gu) || [];
// Whole words, and the parts of identifiers: F_SETPIPE_SZ is found by setpipe too.
const parts = word => (/[^_]_+[^_]/.test(word) ? [...word.split('_').filter(Boolean), word.replace(/_/g, '')] : []);

// The words that say something.
const told = words => words.filter(w => !idle.has(w.toLowerCase()));

// --- What there is -----------------------------------------------------------------

// stem -> {rows: row number -> how much it counts there, as: what is written in the book}
const index = new Map();
function enter(word, id, much) {
  const key = stem(word);
  let of = index.get(key);
  if (!of) index.set(key, of = { rows: new Map(), as: new Set() });
  of.rows.set(id, (of.rows.get(id) || 0) + much);
  of.as.add(word.toLowerCase());
}
// Words of a title count more the fewer they are, words of a text the more often they stand there.
const headed = new Set(['chapter', 'section', 'exercise']);
const titles = rows.map(([kind, title]) => wordsOf(
  headed.has(kind) ? title.replace(/^(?:[A-Z]|\d+)[\d.]* /, '') : kind === 'call' ? title.replace(/\(.*/, '') : title));
function enterTitle(title, id, much) {
  const few = Math.max(1, told(title).length);
  for (const word of new Set(title)) {
    enter(word, id, much / (0.7 + 0.3 * few));
    for (const part of parts(word)) enter(part, id, much / 3);
  }
}
// What says a section in few words: its title, and what leads to it. What code names is in it, too.
const said = rows.map(([, , , , text]) => wordsOf(text));
rows.forEach(([kind, , , , text, section], id) => {
  const often = new Map();
  const joined = (text.match(/\p{L}+(?:-\p{L}+)+/gu) || []).map(word => word.replace(/-/g, '')); // "wake-up" is "wakeup"
  const count = (word, n) => often.set(word, (often.get(word) || 0) + n);
  for (const word of said[id]) count(word, 1);
  for (const word of joined) count(word, 1);
  for (const [word, n] of [...often]) for (const part of parts(word)) count(part, n);
  for (const [word, n] of often) enter(word, id, n / (n + 0.6 + said[id].length / 300));
  enterTitle(titles[id], id, 2.6);
  if (section === undefined) return;
  if (kind === 'chunk' || kind === 'program') for (const word of often.keys()) enter(word, section, 0.2);
  else enterTitle(titles[id], section, kind === 'symptom' ? 2.2 : 1.6);
});
// The words of a row, one after the other, with a blank around each.
const lines = [];
function lineOf(id) {
  return lines[id] = lines[id] || ` ${told([...titles[id], '|', ...said[id]]).map(stem).join(' ')} `;
}
// Appendices and the preface stand aside, and so does what only sums up.
const side = id => (/^\d|^Manual page/.test(rows[id][2] || rows[id][1]) ? 1 : 0.75) * (/^[\d.]*\s*What to remember$/.test(rows[id][1]) ? 0.5 : 1);
const rare = of => Math.log(1 + rows.length / of.rows.size);

// How many letters have to be changed, left out, put in or swapped, up to MOST.
function distance(a, b, most) {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before = [], last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(last[j] + 1, next[j - 1] + 1, last[j - 1] + (a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    if (Math.min(...next) > most) return most + 1;
    [before, last] = [last, next];
  }
  return last[b.length];
}

// --- What is asked for --------------------------------------------------------------

// What of the index a word of the query may be, with how much it counts: [stem, much].
function meant(word, typing) {
  const key = stem(word), same = index.has(key) ? [[key, 1]] : [], longer = [];
  if (key.length > 1 && (typing || !same.length)) {
    for (const k of index.keys()) if (k.length > key.length && k.startsWith(key)) longer.push([k, same.length ? 0.15 : 0.4 + 0.5 * key.length / k.length]);
  }
  if (same.length || longer.length || key.length < 4) return [...same, ...longer];
  const most = key.length > 5 ? 2 : 1;
  let near = [];
  for (const k of index.keys()) {
    const d = /\d/.test(k) ? most + 1 : distance(key, k, most);
    if (d <= most) near.push([k, d]);
  }
  const least = Math.min(...near.map(([, d]) => d));
  return near.filter(([, d]) => d === least).map(([k]) => [k, 0.4]);
}
// The same; of a word that is like none what begins as it does, or else its parts.
function meantAtAll(word, typing) {
  const list = meant(word, typing);
  if (list.length || word.length < 5) return list;
  const some = [];
  for (let n = word.length - 1; !some.length && n >= Math.max(4, word.length * 0.6); n--) some.push(...meant(word.slice(0, n), true));
  for (const part of some.length ? [] : parts(word)) some.push(...meant(part, false));
  return some.map(([key, much]) => [key, much / 2]);
}

// How much each row counts for a word: row -> much.
function found(word, typing, into) {
  const counts = new Map();
  for (const [key, much] of meantAtAll(word, typing)) {
    const of = index.get(key);
    for (const as of of.as) into.add(as);
    for (const [id, there] of of.rows) {
      const counted = much * there * rare(of);
      if (counted > (counts.get(id) || 0)) counts.set(id, counted);
    }
  }
  return counts;
}
const groups = synonyms.map(group => group.map(words => told(wordsOf(words))));
const starts = (words, at, phrase) => phrase.every((w, i) => words[at + i] === stem(w));

// Other words for those of the query: {from, to, phrase}.
function others(words) {
  const list = [], asked = words.map(stem);
  for (const group of groups) {
    for (const phrase of group) {
      for (let at = 0; at + phrase.length <= asked.length; at++) {
        if (starts(asked, at, phrase)) {
          for (const other of group) if (other !== phrase) list.push({ from: at, to: at + phrase.length, phrase: other });
        }
      }
    }
  }
  return list;
}

// For each word of the query what counts for it.
function gather(words, typing, marks) {
  const counts = words.map((word, i) => found(word, typing && i === words.length - 1, marks));
  for (const { from, to, phrase } of others(words)) {
    const each = phrase.map(word => found(word, false, marks)), line = ` ${phrase.map(stem).join(' ')} `;
    for (const id of each[0].keys()) {
      if (phrase.length > 1 && !(each.every(one => one.has(id)) && lineOf(id).includes(line))) continue;
      const much = 0.85 * each.reduce((sum, one) => sum + one.get(id), 0) / (to - from);
      for (let i = from; i < to; i++) if (much > (counts[i].get(id) || 0)) counts[i].set(id, much);
    }
  }
  return counts;
}

// How well the words stand together in a row: as its title to the letter, as what its title
// says, in one row, in pairs.
function together(id, asked, all) {
  if (all.length > 1 && titles[id].length === all.length && all.every((w, i) => stem(w) === stem(titles[id][i]))) return 5;
  const title = told(titles[id]).map(stem).join(' '), whole = asked.join(' ');
  if (title === whole) return 1.8;
  if (asked.length < 2) return 1;
  const line = lineOf(id);
  if (line.includes(` ${whole} `)) return title.includes(whole) ? 1.6 : 1.4;
  let pairs = 0;
  for (let i = 1; i < asked.length; i++) pairs += line.includes(` ${asked[i - 1]} ${asked[i]} `);
  return 1 + 0.3 * pairs / (asked.length - 1);
}

return query => {
  const all = wordsOf(query), words = told(all).length ? told(all) : all, marks = new Set();
  const counts = gather(words, !/\s$/.test(query), marks);
  const weights = counts.map(one => (one.size ? Math.log(1 + rows.length / one.size) : 0));
  const whole = weights.reduce((a, b) => a + b, 0), asked = words.map(stem);
  const scores = new Map();
  for (const id of new Set(counts.flatMap(one => [...one.keys()]))) {
    let sum = 0, share = 0;
    counts.forEach((one, i) => {
      sum += one.get(id) || 0;
      share += one.has(id) ? weights[i] : 0;
    });
    scores.set(id, { score: sum * together(id, asked, all) * kinds[rows[id][0]] * (share / whole) ** 1.6 * side(id), all: share === whole });
  }
  return arrange(scores).map(id => ({ row: rows[id], words: [...marks] }));
};

// The rows by their scores. A section stands there once, under what leads to it if that has
// all words, or else under its own title.
function arrange(scores) {
  const best = new Map();
  for (const [id, { score, all }] of scores) {
    const [kind, , , , , at = -1 - id] = rows[id], own = headed.has(kind) || kind === 'chunk' || kind === 'program' || kind === 'claim';
    const section = !own ? at : kind === 'chapter' || kind === 'section' ? id : -1 - id;
    const known = best.get(section) || { id: section < 0 ? id : section, door: 0, score: 0, rest: 0 };
    best.set(section, known);
    known.rest += Math.min(score, known.score);
    known.score = Math.max(score, known.score);
    if (!own && (all || !scores.has(section)) && score > known.door) Object.assign(known, { id, door: score });
  }
  return [...best.values()].map(b => ({ id: b.id, score: b.score + 0.3 * Math.min(b.rest, b.score) }))
    .sort((a, b) => b.score - a.score || a.id - b.id).map(b => b.id);
}
};
