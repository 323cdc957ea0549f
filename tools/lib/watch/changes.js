// changes.js - tells which sources of the book were saved, made or removed.
//
// The system's word that something happened in a folder only makes us look: what
// changed is what a look at all sources finds different from the one before.
// So it does not matter how an editor saves (in place, by a rename, with files
// beside the file), nor that events are lost or come twice.
'use strict';
const fs = require('fs');
const path = require('path');

const QUIET = 30;     // ms without an event before we look
const GONE = 250;     // ms that a file may be away: editors rename it and write a new one
const EVERY = 300;    // ms from look to look when polling

// The entries of a folder, none when it is not there; without the files that
// editors put beside those they edit.
function entries(folder) {
  try {
    return fs.readdirSync(folder || '.', { withFileTypes: true })
      .filter(e => !/^[.#]|^\d+$|[~#]$/.test(e.name));
  } catch { return []; }
}

// add FOLDER: puts its files that WANTED names into look.files, and it into
// look.folders; folders in it too when DEEP.
function add(look, folder, wanted, deep) {
  let there;
  try { there = fs.statSync(folder || '.'); } catch { return; }
  look.folders.set(folder, there.ino);
  for (const entry of entries(folder)) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (deep) add(look, name, wanted, deep);
    } else if (wanted.test(entry.name)) {
      try {
        const s = fs.statSync(name, { bigint: true });
        look.files.set(name, `${s.ino} ${s.size} ${s.mtimeNs} ${s.ctimeNs}`);
      } catch { /* gone meanwhile */ }
    }
  }
}

// One look at all sources: { files, folders }, the state of each by its name.
function lookAround() {
  const look = { files: new Map(), folders: new Map() };
  add(look, '', /^(book\.nw|kinds\.tsv)$/, false);
  add(look, 'chapters', /\.(nw|tsv)$/, false);
  add(look, 'assets', /./, true);
  add(look, 'weave', /./, true);
  add(look, 'tests', /^$/, false);
  for (const { name } of entries('tests')) {
    if (name === 'book' || look.files.has(`chapters/${name}.nw`)) add(look, `tests/${name}`, /\.bats$/, false);
  }
  return look;
}

// watchSources({ poll, say, saved }) calls saved with a list of the files that
// changed, those that are gone included, again and again. With poll it looks by
// itself; so it does, and says it, when the system cannot tell. Gives { close }.
exports.watchSources = ({ poll, say, saved }) => {
  let known = lookAround(), timer, polling;
  const watchers = new Map();  // folder: { watcher, ino }

  function look(patient) {
    const now = lookAround();
    const names = new Set([...known.files.keys(), ...now.files.keys()]);
    const changed = [...names].filter(name => known.files.get(name) !== now.files.get(name));
    if (!patient && changed.some(name => !now.files.has(name))) return later(GONE, true);
    known = now;
    if (!polling) follow();
    if (changed.length) saved(changed.sort());
  }
  function later(ms, patient) {
    clearTimeout(timer);
    timer = setTimeout(look, ms, patient);
  }

  // Watches every folder that is there; one that was made anew under its old
  // name is another.
  function follow() {
    try {
      for (const [folder, { watcher, ino }] of watchers) {
        if (known.folders.get(folder) === ino) continue;
        watcher.close();
        watchers.delete(folder);
      }
      for (const [folder, ino] of known.folders) {
        if (watchers.has(folder)) continue;
        const watcher = fs.watch(folder || '.', () => later(QUIET));
        watcher.on('error', startPolling);
        watchers.set(folder, { watcher, ino });
        later(QUIET); // for what happened in it before
      }
    } catch (why) {
      startPolling(why);
    }
  }
  function startPolling(why) {
    if (polling) return;
    if (why) say(`watch: the system does not tell what is saved (${why.code || why.message}); looking ${Math.round(1000 / EVERY)} times a second`);
    for (const { watcher } of watchers.values()) watcher.close();
    watchers.clear();
    clearTimeout(timer);
    polling = setInterval(look, EVERY);
  }

  if (poll) startPolling(); else follow();
  return {
    close() {
      clearTimeout(timer);
      clearInterval(polling);
      for (const { watcher } of watchers.values()) watcher.close();
    },
  };
};
