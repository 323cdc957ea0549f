// previews.js - shows the first lines of what a link of the text leads to: when the pointer
// rests on it or it has the focus, in a box beside it; when it is tapped, in a sheet with the way
// there. What is on the page is taken from it, all else from what the search looks through
// (search-data.js), which is fetched then. Nothing here is needed to read the book.
'use strict';
(() => {
const { all, make } = window.page;
const links = 'main :is(p, li, td, dd, figcaption) > :is(a.xref, a.footnote-ref, a.mark), main :is(.tried, .claimed, em, strong, i, sup) > :is(a.xref, a.footnote-ref, a.mark), main pre a.name';
const calls = 'main a.call';
const lists = '.collected, .index, .toc, .letters';

let data;
function fetched() {
  data = data || new Promise((done, failed) => {
    const before = window.bookToSearch;
    window.bookToSearch = rows => {
      window.bookToSearch = before;
      done(rows);
    };
    const script = make('script', { src: 'search-data.js' });
    script.onerror = failed;
    document.head.append(script);
  });
  return data;
}

// A copy without ids, of which the page has each once, and without what only the page needs.
function copy(element) {
  const clone = element.cloneNode(true);
  for (const e of [clone, ...all('[id]', clone)]) e.removeAttribute('id');
  for (const gone of all('.buttons, .wrap, .footnote-back, .mark, template, .helpers-head', clone)) gone.remove();
  return clone;
}

// What is on this page: a note, a figure, a claim, a table, code, or a heading with what follows.
function onPage(target) {
  const block = target.closest('figure, .claim, .chunk, .session, .table, li[id^="fn"]');
  if (block?.matches('.chunk, .session')) {
    const pre = copy(block.querySelector('pre'));
    pre.removeAttribute('tabindex');
    return [copy(block.querySelector('.chunk-head')), pre];
  }
  if (block) return [copy(block)];
  if (target.matches('.claimed')) return [copy(target.closest('p, li, td'))];
  const heading = target.matches('h1, h2, h3') ? target : target.querySelector('h1, h2, h3');
  if (!heading) return null;
  let next = heading.nextElementSibling;
  while (next && !next.matches('p:not(.stamp, .effort, .about)')) next = next.nextElementSibling;
  return [make('b', {}, heading.textContent), ...next ? [copy(next)] : []];
}

// What a row of the search's data says.
function ofRow(row, rows) {
  const [, title, place, , own, section] = row, text = own || (section === undefined ? '' : rows[section][4]);
  const short = text.length > 260 ? text.slice(0, text.lastIndexOf(' ', 260)) + ' …' : text;
  return [make('b', {}, title), ...place ? [' ', make('span', { class: 'place' }, place)] : [], ...short ? [make('p', {}, short)] : []];
}

async function contentOf(link) {
  const href = link.getAttribute('href'), id = decodeURIComponent(link.hash.slice(1));
  if (href.startsWith('#')) {
    const target = document.getElementById(id);
    return target && onPage(target);
  }
  const rows = await fetched();
  if (link.matches('.mark')) {
    const row = rows.find(r => r[0] === 'claim' && r[1].startsWith(link.dataset.id + ':'));
    return [make('b', {}, link.getAttribute('aria-label')), ...row ? [make('p', {}, row[4])] : []];
  }
  const row = rows.find(r => r[3] === href);
  return row && ofRow(row, rows);
}

// --- A box, for a pointer and the keyboard ----------------------------------------------

const box = make('div', { id: 'preview', role: 'tooltip', hidden: '' });
document.body.append(box);
let at, soon, touched = false;
const ofEvent = (event, what) => {
  const link = event.target.closest?.(what);
  return link && !link.closest(lists) ? link : null;
};
function hide() {
  clearTimeout(soon);
  box.hidden = true;
  if (at) at.removeAttribute('aria-describedby');
  at = null;
}
async function show(link) {
  const content = await contentOf(link).catch(() => null);
  if (!content || link !== at) return;
  if (link.title) link.removeAttribute('title');
  box.replaceChildren(...content);
  box.hidden = false;
  link.setAttribute('aria-describedby', 'preview');
  place(link);
}
function place(link) {
  const l = link.getClientRects()[0], size = box.getBoundingClientRect();
  box.style.left = Math.max(8, Math.min(l.left, document.documentElement.clientWidth - size.width - 8)) + 'px';
  box.style.top = (l.bottom + size.height + 12 < innerHeight || l.top < size.height + 12 ? l.bottom + 8 : l.top - size.height - 8) + 'px';
}
function point(event) {
  const link = ofEvent(event, links);
  if (touched || !link || link === at) return;
  hide();
  at = link;
  soon = setTimeout(show, event.type === 'mouseover' ? 350 : 0, link);
}
document.addEventListener('pointerdown', event => { touched = event.pointerType === 'touch'; }, true);
document.addEventListener('keydown', event => {
  touched = false;
  if (event.key === 'Escape') hide();
}, true);
document.addEventListener('mouseover', point);
document.addEventListener('focusin', event => { if (event.target.matches(':focus-visible')) point(event); });
document.addEventListener('mouseout', event => { if (at && !at.contains(event.relatedTarget)) hide(); });
document.addEventListener('focusout', hide);
// The focus brings its own scrolling, and so does code that is laid out for the first time.
document.addEventListener('scroll', () => {
  if (!at || at !== document.activeElement && !at.matches(':hover')) hide();
  else if (!box.hidden) place(at);
}, { passive: true });

// --- A sheet, for a thumb -------------------------------------------------------------------

let sheet;
function raise(content, ways) {
  if (!sheet) {
    sheet = make('dialog', { id: 'sheet', 'aria-label': 'What the link leads to' });
    sheet.addEventListener('click', event => { if (event.target === sheet || event.target.closest('a, .leave')) sheet.close(); });
    document.body.append(sheet);
  }
  const close = make('button', { type: 'button', class: 'leave sheet-button' }, 'Close');
  sheet.replaceChildren(make('div', { class: 'ways' }, ...ways, close), make('div', { class: 'first-lines' }, ...content));
  sheet.showModal();
}
const way = (href, words, more = {}) => make('a', { href, class: 'sheet-button', ...more }, words);

// The manual page of "read(2)" on the web.
function manualOf(name) {
  const [, page, section] = name.match(/^(.+)\((\d)\w*\)$/);
  return way(`https://man7.org/linux/man-pages/man${section}/${page}.${section}.html`, 'Manual page', { rel: 'external' });
}

document.addEventListener('click', async event => {
  if (!touched || event.defaultPrevented || event.target.closest('#sheet')) return;
  const call = ofEvent(event, calls), link = call || ofEvent(event, links);
  if (!link) return;
  event.preventDefault();
  if (call) {
    const said = call.dataset.about || call.title, name = said.match(/^[^:]*/)[0];
    const rows = await fetched().catch(() => []), row = rows.find(r => r[0] === 'call' && r[1] === name);
    raise([make('p', {}, said)], [way(link.getAttribute('href'), row?.[5] === undefined ? 'Where it is called' : row[2]), manualOf(name)]);
    return;
  }
  const content = await contentOf(link).catch(() => null);
  if (content) raise(content, [way(link.getAttribute('href'), 'Go there')]);
  else location.href = link.href;
});
})();
