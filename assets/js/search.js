// search.js - the search field: shows what rank.js finds in what weave/site/search.lua
// collected (search-data.js). Both are fetched when the field is first used, as scripts, so
// that it works from file: too.
'use strict';
(() => {
const form = document.querySelector('.search');
form.innerHTML = `<input type="search" role="combobox" aria-label="Search the book" placeholder="Search"
  autocomplete="off" spellcheck="false" aria-expanded="false" aria-controls="found" aria-autocomplete="list">
  <div id="found" role="listbox" aria-label="Search results" hidden></div><p class="off-screen" role="status"></p>`;
const [input, found, status] = form.children;
if (matchMedia('(hover: hover)').matches) input.placeholder += ' (press /)';
const most = 12;
let data, find, loading, shown = [], chosen = -1;

function load(source) {
  return new Promise((done, failed) => {
    const script = document.createElement('script');
    script.src = source;
    script.onload = done;
    script.onerror = () => failed(new Error('cannot load ' + source));
    document.head.append(script);
  });
}

window.bookToSearch = (...all) => { data = all; };
function prepare() {
  loading = loading || Promise.all([load('js/rank.js'), load('search-data.js')]).then(() => { find = window.bookRank(...data); });
  return loading;
}

const escape = text => text.replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

// TEXT with the words marked that were found.
function marked(text, found) {
  return text.split(/([\p{L}\p{N}_]+)/u)
    .map((piece, i) => (i % 2 && found.has(piece.toLowerCase()) ? `<mark>${piece}</mark>` : escape(piece))).join('');
}

// Some words around what was asked for, or else around the first word that was found.
function context(text, query, found) {
  const together = text.toLowerCase().indexOf(query.toLowerCase());
  const word = [...text.matchAll(/[\p{L}\p{N}_]+/gu)].find(w => found.has(w[0].toLowerCase()));
  const first = together >= 0 ? together : word ? word.index : 0;
  const from = first < 60 ? 0 : text.indexOf(' ', first - 50) + 1;
  const to = text.length > from + 150 ? text.lastIndexOf(' ', from + 150) : text.length;
  return (from ? '… ' : '') + marked(text.slice(from, to), found) + (to < text.length ? ' …' : '');
}

function show(query) {
  const results = query.trim() ? find(query).slice(0, most) : [];
  found.innerHTML = results.map(({ row: [kind, title, place, url, own, section], words }, i) => {
    const text = own || (section === undefined ? '' : data[0][section][4]), seen = new Set(words);
    return `<a role="option" id="found-${i}" tabindex="-1" aria-selected="false" href="${escape(url)}">
      <span class="kind">${kind}</span> <b>${marked(title, seen)}</b> <span class="place">${escape(place)}</span>
      ${text ? `<span class="words">${context(text, query.trim(), seen)}</span>` : ''}</a>`;
  }).join('') || (query.trim() ? '<p>Nothing found.</p>' : '');
  shown = [...found.querySelectorAll('a')];
  open(query.trim() !== '');
  choose(shown.length ? 0 : -1);
  status.textContent = query.trim() ? shown.length + ' results' : '';
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
input.addEventListener('input', () => prepare().then(() => show(input.value), e => {
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
