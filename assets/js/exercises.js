// exercises.js - the exercises of a page: what a reader predicts is checked here, and what
// is done is remembered and counted beside the contents. Nothing here is needed to do an
// exercise: `make exercise NAME` checks it, too.
'use strict';
(() => {
const { all, make, keep } = window.page;
const isDone = name => keep.get('done:' + name) === 'yes';

// --- What is done -------------------------------------------------------------------

// "2 of 5 done" behind each chapter of the contents, where something is.
function count() {
  for (const link of all('a[data-exercises]')) {
    const names = link.dataset.exercises.split(' '), done = names.filter(isDone).length;
    const shown = link.nextElementSibling;
    if (shown && shown.matches('.done-of')) shown.remove();
    if (done > 0) link.after(make('span', { class: 'done-of' }, `${done} of ${names.length} done`));
  }
}

function mark(exercise, done) {
  keep.set('done:' + exercise.dataset.exercise, done ? 'yes' : 'no');
  exercise.querySelector('.done input').checked = done;
  count();
}

for (const exercise of all('.exercise')) {
  const box = make('input', { type: 'checkbox', 'aria-label': 'done: ' + exercise.querySelector('h3').firstElementChild.textContent });
  box.checked = isDone(exercise.dataset.exercise);
  box.addEventListener('change', () => mark(exercise, box.checked));
  exercise.querySelector('.about').append(make('label', { class: 'done' }, box, ' done'));
}
count();

// --- What a reader predicts ---------------------------------------------------------

// FNV-1a with 32 bits, as in weave/common/predict.lua.
function hash(text) {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  return (h >>> 0).toString(16).padStart(8, '0');
}

// What is not so of the lines below a command, in the words of the check, or nothing.
function wrong(lines, answers, salt) {
  const mine = lines.map(line => hash(salt + line)), right = answers[0].split(' ');
  if (answers.includes(mine.join(' '))) return null;
  const at = mine.findIndex((h, i) => h !== right[i]);
  return at < 0 ? `A line is missing after your line ${mine.length}.` : `Your line ${at + 1} is not so: ${lines[at]}`;
}

// The form of an exercise, which takes the place of the file that one would fill in.
function form(exercise) {
  const name = exercise.dataset.exercise, asked = exercise.querySelector('.asked');
  const fields = all('code', asked.content).map((code, i) => ({
    command: code.textContent, answers: code.dataset.answers.split('|'), salt: `${name} ${i + 1} `,
    area: make('textarea', { id: `${name}-${i + 1}`, rows: 2, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off' }),
  }));
  const said = make('p', { class: 'said', role: 'status' });
  const form = make('form', { class: 'predicted' });
  for (const { command, area } of fields) {
    form.append(make('label', { for: area.id }, make('span', { class: 'prompt' }, '$ '), command), area);
  }
  form.append(make('button', { type: 'submit' }, 'Check'), said);
  form.addEventListener('submit', event => {
    event.preventDefault();
    for (const { command, answers, salt, area } of fields) {
      const lines = area.value.split('\n').map(line => line.trim().replace(/\s+/g, ' ')).filter(line => line !== '');
      const what = wrong(lines, answers, salt);
      area.setAttribute('aria-invalid', what !== null);
      if (what === null) continue;
      said.replaceChildren(make('code', {}, command), ' ' + what, make('br', {}), asked.dataset.question);
      return;
    }
    said.textContent = 'That is what it prints.';
    mark(exercise, true);
  });
  return form;
}

for (const exercise of all('.exercise.predict')) {
  const start = document.getElementById(exercise.dataset.exercise + '.start.txt');
  if (!start) continue;
  start.after(form(exercise));
  start.hidden = true;
}
})();
