// search.js - the search field: finds symptoms, sections, exercises, programs, chunks, calls,
// claims and subjects in what weave/site/search.lua collected (search-data.js), by MiniSearch. A
// symptom comes first: who looks for one is in need. Both are fetched
// when the field is first used, as scripts, so that it works from file: too.
'use strict';
(() => {
const form = document.querySelector('.search');
form.innerHTML = `<input type="search" role="combobox" aria-label="Search the book" placeholder="Search (press /)"
  autocomplete="off" spellcheck="false" aria-expanded="false" aria-controls="found" aria-autocomplete="list">
  <div id="found" role="listbox" aria-label="Search results" hidden></div><p class="off-screen" role="status"></p>`;
const [input, found, status] = form.children;
const most = 12;
let index, rows, loading, shown = [], chosen = -1;

// Whole words, and the parts of identifiers: F_SETPIPE_SZ is found by setpipe too.
function words(text) {
  const out = [];
  for (const word of text.match(/[\p{L}\p{N}_]+/gu) || []) {
    out.push(word);
    if (/[^_]_+[^_]/.test(word)) out.push(...word.split('_').filter(Boolean), word.replace(/_/g, ''));
  }
  return out;
}

function load(source) {
  return new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = source;
    script.onload = done;
    script.onerror = () => failed(new Error('cannot load ' + source));
    document.head.append(script);
  });
}

window.bookToSearch = data => { rows = data; };
function prepare() {
  loading = loading || Promise.all([load('js/minisearch.js'), load('search-data.js')]).then(() => {
    index = new MiniSearch({
      fields: ['title', 'text'], tokenize: words,
      searchOptions: {
        boost: { title: 4 }, combineWith: 'AND', prefix: term => term.length > 1,
        fuzzy: term => term.length > 4 ? 0.2 : false,
        boostDocument: id => ({ call: 1.6, program: 1.6, subject: 1.4 })[rows[id][0]] || 1,
      },
    });
    index.addAll(rows.map(([, title, , , text], id) => ({ id, title, text })));
  });
  return loading;
}

const escape = text => text.replace(/[&<>]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

// Some words around what was asked for, or else around the first word that was found,
// with all that were found marked.
function context(text, query, terms) {
  const pattern = new RegExp('(' + terms.map(t => t.replace(/[^\p{L}\p{N}_]/gu, '')).join('|') + ')', 'giu');
  const together = text.toLowerCase().indexOf(query.toLowerCase());
  const first = together < 0 ? Math.max(0, text.search(pattern)) : together;
  const from = first < 60 ? 0 : text.indexOf(' ', first - 50) + 1;
  const part = (from ? '… ' : '') + text.slice(from, from + 150) + (text.length > from + 150 ? ' …' : '');
  return escape(part).replace(pattern, '<mark>$1</mark>');
}

function show(query) {
  const urgent = result => rows[result.id][0] === 'symptom';
  const results = query ? index.search(query).sort((a, b) => urgent(b) - urgent(a)).slice(0, most) : [];
  found.innerHTML = results.map((result, i) => {
    const [kind, title, place, url, text] = rows[result.id];
    return `<a role="option" id="found-${i}" tabindex="-1" aria-selected="false" href="${url}">
      <span class="kind">${kind}</span> <b>${context(title, query, result.terms)}</b> <span class="place">${escape(place)}</span>
      ${text ? `<span class="words">${context(text, query, result.terms)}</span>` : ''}</a>`;
  }).join('') || (query ? '<p>Nothing found.</p>' : '');
  shown = [...found.querySelectorAll('a')];
  open(query !== '');
  choose(shown.length ? 0 : -1);
  status.textContent = query ? shown.length + ' results' : '';
}

function open(yes) {
  found.hidden = !yes;
  input.setAttribute('aria-expanded', yes);
  if (!yes) input.removeAttribute('aria-activedescendant');
}

function choose(i) {
  if (shown[chosen]) shown[chosen].setAttribute('aria-selected', 'false');
  chosen = i;
  if (!shown[i]) return;
  shown[i].setAttribute('aria-selected', 'true');
  shown[i].scrollIntoView({ block: 'nearest' });
  input.setAttribute('aria-activedescendant', shown[i].id);
}

input.addEventListener('focus', prepare);
input.addEventListener('input', () => prepare().then(() => show(input.value.trim()), e => {
  found.textContent = 'The search cannot be used: ' + e.message;
  open(true);
}));
input.addEventListener('keydown', event => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length) {
    event.preventDefault();
    choose((chosen + step + shown.length) % shown.length);
  } else if (event.key === 'Enter') {
    event.preventDefault();
    if (shown[chosen]) shown[chosen].click();
  } else if (event.key === 'Escape') {
    open(false);
    input.value = '';
    shown = [];
  }
});
form.addEventListener('submit', event => event.preventDefault());
form.addEventListener('focusout', event => { if (!form.contains(event.relatedTarget)) open(false); });
found.addEventListener('mousedown', event => event.preventDefault()); // keeps the focus until the click
found.addEventListener('click', event => { if (event.target.closest('a')) open(false); });
document.addEventListener('keydown', event => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest('input, select, textarea')) return;
  event.preventDefault();
  input.focus();
});
})();
