// book.js - what a page can do beyond being read: unfold chunks in place, copy code
// and commands, wrap long lines, show a figure large, explain calls, say where one is and
// where one was, turn pages with the arrow keys, mark what no test runs, keep the theme. Nothing here is needed to read the book. Search is
// search.js; exercises.js uses what window.page has.
'use strict';
(() => {
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, attributes, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};
// What is remembered; a browser may refuse to remember anything.
const keep = {
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* then not */ } },
};
window.page = { all, make, keep };
const button = (text, label, action) => {
  const b = make('button', { type: 'button', 'aria-label': label }, text);
  b.addEventListener('click', () => action(b));
  return b;
};

// --- Unfolding: a use of a chunk opens the chunk's code below its line ----------

const shared = document.getElementById('shared');

// The code elements, one a part, of the chunk that a use leads to; none when its code
// is not on this page.
function partsOf(href) {
  if (!href.startsWith('#')) {
    return shared ? all('code', shared.content).filter(code => code.dataset.chunk === href) : [];
  }
  const first = document.getElementById(decodeURIComponent(href.slice(1)));
  if (!first) return [];
  const parts = first.dataset.of ? all('[data-of]').filter(p => p.dataset.of === first.dataset.of) : [first];
  return parts.map(part => part.querySelector('code'));
}

// The code as it was written, nothing unfolded.
function pristine(code) {
  const copy = code.cloneNode(true);
  for (const use of all('.use[aria-expanded="true"]', copy)) fold(use);
  return copy;
}

function ready(uses) {
  for (const use of uses) {
    if (partsOf(use.getAttribute('href')).length === 0) continue;
    use.setAttribute('role', 'button');
    use.setAttribute('aria-expanded', 'false');
  }
}

function unfold(use) {
  if (use.getAttribute('aria-expanded') !== 'false') return;
  const href = use.getAttribute('href'), name = use.textContent;
  // the use stands alone on its line: what is before it there is its indentation
  const before = use.previousSibling;
  const indent = before ? before.data.match(/ *$/)[0] : '';
  if (indent) before.data = before.data.slice(0, -indent.length);
  const line = make('span', { class: 'use-line' }, indent);
  use.before(line);
  line.append(use, make('a', { class: 'told', href }, 'where it is told'));
  const block = make('span', { class: 'unfolded', role: 'group', 'aria-label': 'Code of ' + name });
  block.innerHTML = partsOf(href).map(code => pristine(code).innerHTML).join('\n').replace(/^(?=.)/gm, indent);
  line.after(block);
  const after = block.nextSibling;
  if (after && after.data && after.data.startsWith('\n')) {
    after.data = after.data.slice(1);
    block.append('\n');
    block.dataset.newline = 'taken';
  }
  use.setAttribute('aria-expanded', 'true');
  ready(all('.use', block));
}

function fold(use) {
  const line = use.parentNode, block = line.nextSibling;
  const indent = line.firstChild === use ? '' : line.firstChild.data;
  line.replaceWith(indent, use);
  block.replaceWith(block.dataset.newline ? '\n' : '');
  use.parentNode.normalize();
  use.setAttribute('aria-expanded', 'false');
}

function unfoldAll(chunk, yes) {
  unwrap(chunk);
  if (yes) {
    for (let folded; (folded = all('.use[aria-expanded="false"]', chunk)).length;) folded.forEach(unfold);
  } else {
    for (const use of all('pre > code > .use-line > .use, pre > code > .helpers > .use-line > .use', chunk)) fold(use);
  }
  chunk.classList.toggle('whole', yes);
  const b = chunk.querySelector('.unfold-all');
  if (b) {
    b.textContent = yes ? 'fold' : 'unfold all';
    b.setAttribute('aria-pressed', yes);
  }
  measure(chunk);
}

// The address of the page says what is unfolded, so that it can be linked to.
function tell(chunk) {
  const open = all('.use[aria-expanded="true"]', chunk).map(use => use.hash.slice(1));
  const query = chunk.classList.contains('whole') ? '?unfold=all' : open.length ? '?unfold=' + open.join(',') : '';
  try { history.replaceState(null, '', location.pathname + query + '#' + chunk.id); } catch { /* file: in old browsers */ }
}

function obey() {
  const wanted = new URLSearchParams(location.search).get('unfold');
  const chunk = wanted && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!chunk || !chunk.classList.contains('chunk')) return;
  if (wanted === 'all') unfoldAll(chunk, true);
  for (const id of wanted.split(',')) {
    for (const use of all('.use', chunk)) if (decodeURIComponent(use.hash.slice(1)) === id) unfold(use);
  }
  chunk.scrollIntoView();
}

function toggle(use) {
  const chunk = use.closest('.chunk');
  unwrap(chunk);
  if (use.getAttribute('aria-expanded') === 'true') {
    fold(use);
    chunk.classList.remove('whole');
  } else unfold(use);
  measure(chunk);
  use.focus();
  tell(chunk);
}

// The helpers that a program begins with, one line until somebody asks for them.
document.addEventListener('click', event => {
  const head = event.target.closest('.helpers-head button');
  if (!head) return;
  const open = head.closest('code').querySelector('.helpers').classList.toggle('open');
  head.setAttribute('aria-expanded', open);
});

ready(all('.use'));
document.addEventListener('click', event => {
  const use = event.target.closest('.use[aria-expanded]');
  if (!use || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  toggle(use);
});
document.addEventListener('keydown', event => {
  if (event.key === ' ' && event.target.matches('.use[aria-expanded]')) {
    event.preventDefault();
    toggle(event.target);
  }
});

// --- Copying ---------------------------------------------------------------------

async function copy(text, b) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // not allowed, or not there
    const area = make('textarea', { readonly: '', class: 'off-screen' });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  const said = b.textContent;
  b.textContent = 'copied';
  setTimeout(() => { b.textContent = said; }, 1500);
}

// What the reader sees of the code, without our remarks in it.
function codeText(pre) {
  const code = pre.querySelector('code').cloneNode(true);
  undoLines(code);
  code.querySelector('.helpers-head')?.remove();
  for (const remark of all(pre.closest('.whole') ? '.use-line, .why' : '.told', code)) remark.remove();
  for (const line of all('.use-line', code)) line.append('\n');
  return code.textContent.replace(/\n*$/, '\n');
}

for (const pre of all('pre.code')) {
  const chunk = pre.closest('.chunk'), buttons = make('span', { class: 'buttons' });
  const name = pre.getAttribute('aria-label');
  if (chunk.classList.contains('root') && all('.use[aria-expanded]', pre).length) {
    const b = button('unfold all', 'Unfold all chunks of this program', () => {
      unfoldAll(chunk, !chunk.classList.contains('whole'));
      tell(chunk);
    });
    b.className = 'unfold-all';
    b.setAttribute('aria-pressed', 'false');
    buttons.append(b);
  }
  buttons.append(button('copy', 'Copy. ' + name, b => copy(codeText(pre), b)));
  (chunk.querySelector('.chunk-head') || chunk).prepend(buttons);
}
for (const pre of all('pre.terminal')) {
  const commands = all('kbd', pre).map(k => k.textContent);
  const buttons = make('span', { class: 'buttons' },
    button('copy', commands.length > 1 ? 'Copy the commands' : 'Copy the command', b => copy(commands.join('\n') + '\n', b)));
  const head = pre.parentNode.querySelector('.chunk-head');
  if (head) head.prepend(buttons); else pre.before(buttons);
}

// --- Lines that do not fit ------------------------------------------------------------

// They scroll, or go on in the next line, further in: as the reader chose, on all pages. Of
// what does not scroll nobody needs to stop at it, and it is no landmark.

const long = all('pre[data-columns]');
let wraps = keep.get('wrap') === 'on';

// Gives each line of ROOT an element of its own.
function inLines(root) {
  const out = [];
  let line;
  const next = () => out.push(line = make('span', { class: 'ln' }));
  const add = (text, shell) => {
    for (const piece of text.split(/(?<=\n)/)) {
      line.append(shell ? Object.assign(shell.cloneNode(), { textContent: piece }) : piece);
      if (piece.endsWith('\n')) next();
    }
  };
  next();
  for (const node of [...root.childNodes]) {
    if (node.nodeType === Node.TEXT_NODE) add(node.data);
    else if (node.matches('.unfolded, .helpers')) {
      inLines(node);
      out.push(node);
      next();
    } else if (node.textContent.includes('\n') && !node.children.length) add(node.textContent, node);
    else line.append(node);
  }
  root.replaceChildren(...out.filter(l => l.childNodes.length));
  for (const l of root.children) {
    if (!l.matches('.ln')) continue;
    l.style.setProperty('--in', l.textContent.match(/^ */)[0].length + 2 + 'ch');
  }
}
function undoLines(root) {
  for (let line; (line = root.querySelector('.ln'));) line.replaceWith(...line.childNodes);
  root.normalize();
}
const linesOf = pre => pre.querySelector(':scope > code') || pre;
function unwrap(chunk) { if (wraps) all('pre:not(.numbered)', chunk).forEach(pre => undoLines(linesOf(pre))); }

// What a listing is for those who do not see it, when it scrolls and when not.
function scrolls(pre, yes) {
  pre.setAttribute('role', yes ? 'region' : 'group');
  if (yes) pre.tabIndex = 0; else pre.removeAttribute('tabindex');
  const b = pre.parentNode.querySelector('.wrap');
  if (b) b.hidden = !yes && !wraps;
}
// After something was unfolded: by the boxes themselves.
function measure(chunk) {
  for (const pre of all('pre[data-columns]', chunk)) {
    if (wraps && !pre.matches('.numbered')) inLines(linesOf(pre));
    scrolls(pre, pre.scrollWidth > pre.clientWidth);
  }
}
// At the start and whenever there is another width: by counting, so that no page has to be laid
// out for it.
function fit() {
  const probe = make('pre', { class: 'off-screen' }, 'x'.repeat(100));
  document.querySelector('main').append(probe);
  const style = getComputedStyle(probe), sides = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight) + 3;
  const character = (probe.getBoundingClientRect().width - sides) / 100;
  probe.remove();
  const over = long.map(pre => {
    const exercise = pre.closest('.exercise'), box = pre.parentNode;
    let room = box.clientWidth;
    if (!box.matches('.chunk, .session')) room -= parseFloat(getComputedStyle(box).paddingLeft) + parseFloat(getComputedStyle(box).paddingRight);
    const more = exercise ? 2 * parseFloat(getComputedStyle(exercise).paddingLeft) : 0;
    return pre.matches('.numbered') || pre.querySelector('.unfolded') ? pre.scrollWidth > pre.clientWidth
      : room > 0 && pre.dataset.columns * character + sides > room + more + 1;
  });
  long.forEach((pre, i) => scrolls(pre, over[i] && !wraps));
}
function wrapAll(yes) {
  document.body.classList.toggle('wrapped', wraps = yes);
  for (const pre of long) {
    if (!pre.matches('.numbered')) (yes ? inLines : undoLines)(linesOf(pre));
    const b = pre.parentNode.querySelector('.wrap');
    if (b) b.textContent = yes ? 'scroll' : 'wrap';
  }
  fit();
}
for (const pre of long) {
  const buttons = pre.parentNode.querySelector('.buttons') || (pre.previousElementSibling?.matches('.buttons') && pre.previousElementSibling);
  if (!buttons) continue;
  const b = button('wrap', 'Wrap long lines, or let them scroll, everywhere', () => {
    const y = b.getBoundingClientRect().top;
    keep.set('wrap', wraps ? 'off' : 'on');
    wrapAll(!wraps);
    scrollBy({ top: b.getBoundingClientRect().top - y, behavior: 'instant' });
  });
  b.className = 'wrap';
  b.hidden = true;
  buttons.after(b);
}
if (wraps) wrapAll(true); else fit();
let width = innerWidth;
addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; fit(); } });
document.fonts.ready.then(fit);
obey();

// --- Figures ----------------------------------------------------------------------------

// A tap on a figure shows it as large as it was drawn, or larger.
let large;
for (const svg of all('figure svg')) {
  svg.addEventListener('click', () => {
    if (!large) {
      large = make('dialog', { id: 'large' }, button('Close', 'Close the figure', () => large.close()));
      large.addEventListener('click', event => { if (event.target === large) large.close(); });
      document.body.append(large);
    }
    const copy = svg.cloneNode(true), natural = svg.viewBox.baseVal.width;
    copy.setAttribute('width', Math.round(Math.max(natural, Math.min(1.6 * natural, innerWidth - 32))));
    large.querySelector('svg')?.remove();
    large.append(copy);
    large.showModal();
    large.scrollTo(0, 0);
  });
}

// --- What a call means, and which tests try a sentence -------------------------------

// A call's title is shown at once, and to the keyboard too. A sentence's tests are shown
// when the pointer rests on it, when it is tapped, and, where tried sentences are
// marked, when it has the focus.

const tip = make('div', { role: 'tooltip', id: 'tip', hidden: '' });
document.body.append(tip);
const tried = all('.tried');
let triedAre = keep.get('tried') || 'told', resting, told;
function showTip({ target, type, clientY }) {
  clearTimeout(resting);
  const of = target.closest && target.closest('a.call, .tried');
  if (!of || of.matches('.tried') && triedAre === 'hidden') return;
  if (type === 'mouseover' && of.matches('.tried')) resting = setTimeout(explain, 600, of, clientY);
  else explain(of, clientY);
}
// The tip stands above the line that was pointed at, else above the first that is in sight, or
// below it where there is no room.
function explain(of, y) {
  if (of.title) {
    of.dataset.about = of.title;
    of.removeAttribute('title');
  }
  tip.textContent = of.dataset.about || 'Tried by: ' + of.dataset.tests;
  if (told !== of) hideTip();
  tip.hidden = false;
  if (of.matches('a, [tabindex]')) (told = of).setAttribute('aria-describedby', 'tip');
  tip.style.left = tip.style.top = 0; // all the room there is, to be measured
  const lines = [...of.getClientRects()], size = tip.getBoundingClientRect();
  const at = lines.find(l => l.top <= y && y <= l.bottom) || lines.find(l => l.top >= 0) || lines[0];
  const room = document.documentElement.clientWidth - size.width - 8, low = innerHeight - size.height - 8;
  tip.style.left = Math.max(8, Math.min(at.left, room)) + 'px';
  tip.style.top = Math.max(8, Math.min(low, at.top > size.height + 8 ? at.top - size.height - 6 : at.bottom + 6)) + 'px';
}
function hideTip() {
  clearTimeout(resting);
  tip.hidden = true;
  if (told) told.removeAttribute('aria-describedby');
}
document.addEventListener('mouseover', showTip);
document.addEventListener('click', event => {
  if (!event.target.closest('a, button, label') && event.target.closest('.tried') && getSelection().isCollapsed) showTip(event);
});
document.addEventListener('focusin', showTip);
document.addEventListener('mouseout', hideTip);
document.addEventListener('focusout', hideTip);
// the focus brings its own scrolling
document.addEventListener('scroll', () => {
  if (!tip.hidden && document.activeElement.matches('a.call, .tried')) showTip({ target: document.activeElement });
  else hideTip();
}, { passive: true, capture: true });

// --- Where the reader is ------------------------------------------------------------

const sidebar = document.getElementById('contents'), bar = document.querySelector('.here');
const here = location.pathname.replace(/^.*\//, '') || 'index.html';
const sections = all('ol ol a[href^="#"]', sidebar)
  .map(link => ({ link, heading: document.getElementById(link.hash.slice(1)) })).filter(s => s.heading);
const whole = bar && bar.innerHTML, errors = document.querySelector('.errors a');
// An error is told with the section that one reads in place of the chapter.
const errorsAt = errors && errors.getAttribute('href'), chapterName = bar && encodeURIComponent(bar.textContent);
const own = errors && make('a', { href: errorsAt }, errors.textContent);
if (own) document.querySelector('.settings').append(own);
function tellErrors(section) {
  const name = section && section.link.textContent;
  for (const link of [errors, own]) {
    link.href = name ? errorsAt.replace(chapterName, encodeURIComponent(name)) : errorsAt;
    link.textContent = 'Report an error ' + (name ? 'in ' + name : 'on this page');
  }
}
let current, waiting = false, rest;
function follow() {
  waiting = false;
  let now;
  for (const section of sections) if (section.heading.getBoundingClientRect().top < 140) now = section;
  if (now === current) return;
  if (current) current.link.removeAttribute('aria-current');
  current = now;
  if (own) tellErrors(now);
  if (bar) bar.innerHTML = now ? `<b>${whole}</b><span>${now.link.innerHTML}</span>` : whole;
  if (!now) return;
  now.link.setAttribute('aria-current', 'location');
  if (getComputedStyle(sidebar).position === 'sticky') sidebar.scrollTop = now.link.offsetTop - sidebar.clientHeight / 2;
}
// Where the reader is, is remembered after a rest there, and offered again.
function remember() {
  if (!current) return;
  const place = JSON.stringify({ page: here, id: current.heading.id, title: current.link.textContent });
  keep.set('at:' + here, place);
  keep.set('at', place);
}
document.addEventListener('scroll', () => {
  if (!waiting) requestAnimationFrame(follow);
  waiting = true;
  clearTimeout(rest);
  rest = setTimeout(remember, 1500);
}, { passive: true });
if (location.hash) requestAnimationFrame(follow);

const was = JSON.parse(keep.get(document.body.matches('.front') ? 'at' : 'at:' + here) || 'null');
if (was && !location.hash && was.id !== sections[0]?.heading.id) {
  const offer = make('p', { class: 'continue' },
    make('a', { href: (was.page === here ? '' : was.page) + '#' + was.id }, 'Continue at ' + was.title), button('×', 'Do not continue there', () => offer.remove()));
  offer.addEventListener('click', event => { if (event.target.matches('a')) offer.remove(); });
  document.querySelector('main').append(offer);
}

// The contents are a popover on a phone; who follows a link leaves them.
sidebar.addEventListener('click', event => {
  if (event.target.closest('a') && sidebar.matches(':popover-open')) sidebar.hidePopover();
});
sidebar.addEventListener('toggle', event => {
  if (event.newState !== 'open') return;
  const at = sidebar.querySelector('[aria-current="location"]') || sidebar.querySelector('[aria-current]');
  if (at) sidebar.scrollTop = at.offsetTop - sidebar.clientHeight / 2;
});

// --- Keys and settings ----------------------------------------------------------------

document.addEventListener('keydown', event => {
  if (event.key === 'Escape') hideTip();
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
  // never while typing, choosing, or reading code
  if (event.target.closest('input, select, textarea, button, pre, [role="listbox"]')) return;
  const to = event.key === 'ArrowLeft' ? 'prev' : event.key === 'ArrowRight' ? 'next' : null;
  const link = to && keep.get('arrows') !== 'off' && document.querySelector(`.turn a[rel="${to}"]`);
  if (link) link.click();
});

const settings = document.querySelector('.settings');
const theme = make('select', { id: 'theme' }, ...['system', 'light', 'dark'].map(t => make('option', { value: t }, t)));
theme.value = keep.get('theme') || 'system';
theme.addEventListener('change', () => {
  const choice = theme.value === 'system' ? '' : theme.value;
  keep.set('theme', choice);
  document.documentElement.style.colorScheme = choice;
  document.getElementById('dark').media = choice === '' ? '(prefers-color-scheme: dark)' : choice === 'dark' ? 'all' : 'not all';
});
const arrows = make('input', { type: 'checkbox', id: 'arrows' });
arrows.checked = keep.get('arrows') !== 'off';
arrows.addEventListener('change', () => keep.set('arrows', arrows.checked ? 'on' : 'off'));
const marks = make('select', { id: 'marks' }, ...['news', 'all', 'none'].map(t => make('option', { value: t }, t)));
function showMarks() {
  document.body.classList.toggle('marks-all', marks.value === 'all');
  document.body.classList.toggle('marks-none', marks.value === 'none');
  for (const mark of all('.mark.holds')) {
    if (marks.value === 'all') { mark.removeAttribute('aria-hidden'); mark.removeAttribute('tabindex'); }
    else { mark.setAttribute('aria-hidden', 'true'); mark.tabIndex = -1; }
  }
}
marks.value = keep.get('marks') || 'news';
marks.addEventListener('change', () => {
  keep.set('marks', marks.value);
  showMarks();
});
if (marks.value !== 'news') showMarks();
settings.append(make('label', { for: 'theme' }, 'Theme ', theme), make('label', { for: 'arrows' }, arrows, ' arrow keys turn pages'));
if (document.querySelector('.mark')) settings.append(make('label', { for: 'marks' }, 'Verdicts ', marks));

// Sentences that tests try: told when asked for, marked as well, or not at all.
function markTried() {
  document.body.classList.toggle('mark-tried', triedAre === 'marked');
  for (const sentence of tried) {
    if (triedAre === 'marked') sentence.tabIndex = 0; else sentence.removeAttribute('tabindex');
  }
}
if (tried.length > 0) {
  const how = make('select', { id: 'tried' }, ...['told', 'marked', 'hidden'].map(t => make('option', { value: t }, t)));
  how.value = triedAre;
  how.addEventListener('change', () => {
    keep.set('tried', triedAre = how.value);
    markTried();
  });
  settings.append(make('label', { for: 'tried' }, 'Tests of a sentence ', how));
  markTried();
}

// --- What no test runs: marked on the page of a program when the reader wants it ----

const untested = all('.line.untested').length, actions = document.querySelector('.actions');
if (untested && actions) {
  const shown = make('input', { type: 'checkbox', id: 'untested' });
  const show = () => document.body.classList.toggle('show-untested', shown.checked);
  shown.checked = keep.get('untested') === 'on';
  shown.addEventListener('change', () => {
    keep.set('untested', shown.checked ? 'on' : 'off');
    show();
  });
  show();
  actions.append(' · ', make('label', { for: 'untested' }, shown,
    untested === 1 ? ' mark the line that no test runs' : ` mark the ${untested} lines that no test runs`));
}
})();
