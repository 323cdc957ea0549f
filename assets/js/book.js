// book.js - what a page can do beyond being read: unfold chunks in place, copy code
// and commands, explain calls, tell how far one has read, turn pages with the arrow
// keys, mark what no test runs, keep the theme. Nothing here is needed to read the book. Search is
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
  if (yes) {
    for (let folded; (folded = all('.use[aria-expanded="false"]', chunk)).length;) folded.forEach(unfold);
  } else {
    for (const use of all('pre > code > .use-line > .use', chunk)) fold(use);
  }
  chunk.classList.toggle('whole', yes);
  const b = chunk.querySelector('.unfold-all');
  if (b) {
    b.textContent = yes ? 'fold' : 'unfold all';
    b.setAttribute('aria-pressed', yes);
  }
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
  if (use.getAttribute('aria-expanded') === 'true') {
    fold(use);
    chunk.classList.remove('whole');
  } else unfold(use);
  use.focus();
  tell(chunk);
}

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
obey();

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

const sidebar = document.getElementById('contents');
const here = location.pathname.replace(/^.*\//, '') || 'index.html';
const sections = all('ol ol a[href^="#"]', sidebar)
  .map(link => ({ link, heading: document.getElementById(link.hash.slice(1)) })).filter(s => s.heading);
for (const link of all(':scope > ol > li > a', sidebar)) {
  const read = +keep.get('read:' + link.getAttribute('href'));
  if (read > 0.05) showRead(link, read);
}
function showRead(link, read) {
  link.style.setProperty('--read', read);
  link.title = Math.round(read * 100) + ' % read';
}
let furthest = +keep.get('read:' + here), current, waiting = false;
function follow() {
  waiting = false;
  let now;
  for (const section of sections) if (section.heading.getBoundingClientRect().top < 140) now = section;
  if (now !== current) {
    if (current) current.link.removeAttribute('aria-current');
    current = now;
    if (now) {
      now.link.setAttribute('aria-current', 'location');
      const place = now.link.offsetTop - sidebar.clientHeight / 2;
      if (getComputedStyle(sidebar).position === 'sticky') sidebar.scrollTop = place;
    }
  }
  const own = sidebar.querySelector('[aria-current="page"]');
  const read = Math.min(1, (scrollY + innerHeight) / document.documentElement.scrollHeight);
  if (own && scrollY > 0 && read > furthest + 0.005) {
    furthest = read;
    keep.set('read:' + here, read.toFixed(3));
    showRead(own, read);
  }
}
document.addEventListener('scroll', () => {
  if (!waiting) requestAnimationFrame(follow);
  waiting = true;
}, { passive: true });
follow();

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
settings.append(make('label', { for: 'theme' }, 'Theme ', theme), make('label', { for: 'arrows' }, arrows, ' arrow keys turn pages'));

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
