// claim.js - makes sure that one process alone watches a book.
'use strict';
const fs = require('fs');
const path = require('path');

// Whether the process with this number is there, and watches.
function watches(pid) {
  try { return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').some(word => path.basename(word) === 'watch'); } catch { return false; }
}

// claim(FILE, URL) writes the number of this process and the URL where it serves
// into FILE, and gives a function that removes it. Rejects with a message when one
// that still watches wrote it. What a killed one left is taken over.
exports.claim = async (file, url) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const own = `${process.pid} ${url}\n`, beside = `${file}.${process.pid}`;
  fs.writeFileSync(beside, own);
  try {
    for (let tries = 0; ; tries++) {
      try {
        fs.linkSync(beside, file); // whole, or not at all
        break;
      } catch (why) {
        if (why.code !== 'EEXIST' || tries > 9) throw why;
      }
      let other = '';
      try { other = fs.readFileSync(file, 'utf8'); } catch { continue; }
      const [pid, address] = other.trim().split(' ');
      if (address && watches(pid)) throw new Error(`process ${pid} watches this book already, at ${address}`);
      fs.rmSync(file, { force: true });
    }
  } finally {
    fs.rmSync(beside, { force: true });
  }
  return () => {
    try { if (fs.readFileSync(file, 'utf8') === own) fs.unlinkSync(file); } catch { /* out/ was removed */ }
  };
};
