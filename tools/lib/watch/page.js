// page.js - what tools/watch adds to a page that it serves: a bar that says what
// is wrong, until it is mended, and loading the page again, at the paragraph that
// changed, when there is something new.
'use strict';
(() => {
const sum = document.currentScript.dataset.sum;
const store = 'watch:' + location.pathname;

// --- What changed: the page before and after, block by block ------------------------

// The blocks of the text, with what a reader sees of each. This runs before the
// page's own scripts change anything. When tests ran is no part of the text.
const blocks = [...document.querySelectorAll('main :is(h1, h2, h3, h4, p, li, dt, dd, pre, figure, caption, tr)')]
  .filter(block => !block.matches('.stamp'))
  .map(block => ({ block, text: block.matches('figure') ? block.innerHTML : block.textContent }));

// The innermost block that is new since TEXTS were those of the page; where some
// went and none came, the one behind them. Nothing when nothing visible changed.
function changedSince(texts) {
  const known = new Set(texts);
  const fresh = blocks.filter(b => !known.has(b.text)).map(b => b.block);
  if (fresh.length) return fresh.find(block => !fresh.some(other => other !== block && block.contains(other)));
  if (blocks.length === texts.length) return null;
  const first = blocks.find((b, i) => b.text !== texts[i]) || blocks[blocks.length - 1];
  return first && first.block;
}

function reload() {
  const seen = { texts: blocks.map(b => b.text), x: scrollX, y: scrollY };
  try { sessionStorage.setItem(store, JSON.stringify(seen)); } catch { /* then it begins at the top */ }
  location.reload();
}

// Goes where the reader was before reload(), or where he has to look now.
function comeBack() {
  let seen = null;
  try {
    seen = JSON.parse(sessionStorage.getItem(store));
    sessionStorage.removeItem(store);
  } catch { /* nothing is remembered */ }
  if (!seen) return;
  scrollTo({ left: seen.x, top: seen.y, behavior: 'instant' });
  const block = changedSince(seen.texts);
  if (!block) return;
  const { top, bottom, height } = block.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) block.scrollIntoView({ block: height < innerHeight ? 'center' : 'start', behavior: 'instant' });
  block.animate([{ outline: '2px solid #c80', outlineOffset: '4px' }, { outline: '2px solid transparent', outlineOffset: '4px' }], 2000);
}
history.scrollRestoration = 'manual';
addEventListener('load', comeBack);

// --- The bar ------------------------------------------------------------------------

let bar = null;
function show(messages) {
  if (!messages.length) {
    if (bar) bar.remove();
    bar = null;
    return;
  }
  if (!bar) {
    bar = document.createElement('pre');
    bar.id = 'watch-says';
    bar.setAttribute('role', 'status');
    bar.style.cssText = 'position: fixed; left: 0; right: 0; bottom: 0; z-index: 9; margin: 0; padding: .5rem 1rem; max-height: 40vh; '
      + 'overflow: auto; white-space: pre-wrap; font: 13px/1.45 ui-monospace, monospace; color: #fff; background: #5a1f1f; border: 0';
    document.body.append(bar);
  }
  bar.textContent = messages.join('\n');
}

// --- Listening ----------------------------------------------------------------------

const events = new EventSource(`/.watch/events?page=${encodeURIComponent(location.pathname)}&sum=${sum}`);
let lost;
events.onmessage = ({ data }) => {
  clearTimeout(lost);
  const { stale, messages } = JSON.parse(data);
  if (stale) {
    events.close();
    reload();
  } else show(messages);
};
events.onerror = () => { lost = lost || setTimeout(() => show(['Nobody watches any longer: make watch has ended.']), 2000); };
events.onopen = () => { clearTimeout(lost); lost = undefined; };
})();
