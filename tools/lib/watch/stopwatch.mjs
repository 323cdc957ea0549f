// stopwatch.mjs - how long it takes from a save to the picture under tools/watch.
//
//   node tools/lib/watch/stopwatch.mjs FOLDER RUNS
//
// Watches the book in FOLDER, whose first chapter with a C program it changes RUNS
// times: a word of its first sentence, and a line of the program. Prints "sentence
// SECONDS" and "chunk SECONDS" for each run: from the save until Chromium has
// painted what was saved. Exit status 0; 3 without a browser; 1 when a
// picture does not come within a minute.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

const [folder, runs] = [path.resolve(process.argv[2]), Number(process.argv[3])];
const MAIN = /^int main\(.*\)$/m;

const chapters = fs.readFileSync(path.join(folder, 'book.nw'), 'utf8').match(/^chapters:\n((?:[ \t]*-.*\n)*)/m)[1]
  .split('\n').map(line => line.replace(/^\s*-\s*/, '').trim()).filter(Boolean)
  .map(name => path.join(folder, 'chapters', name + '.nw'));
const chapter = chapters.find(file => MAIN.test(fs.readFileSync(file, 'utf8')));
const text = fs.readFileSync(chapter, 'utf8');
const page = text.match(/^# .*\{#([^\s}]+)/m)[1] + '.html';
const changes = {
  sentence: word => text.replace(/^(# .*\n\n)\S+/m, `$1${word}`),
  chunk: word => text.replace(MAIN, `$& /* ${word} */`),
};

let browser;
try {
  const { launch } = await import(path.join(folder, 'tests/site/browser.mjs'));
  browser = await launch();
} catch (why) {
  console.error(`stopwatch: needs Chromium: ${String(why.message).split('\n')[0]}`);
  process.exit(3);
}
const watch = spawn(path.join(folder, 'tools/watch'), { stdio: ['ignore', 'pipe', 'inherit'] });
let said = '';
watch.stdout.setEncoding('utf8').on('data', data => { said += data; });
while (!/^shown /m.test(said)) await Promise.race([once(watch.stdout, 'data'), once(watch, 'exit').then(() => { throw new Error(said); })]);

const open = await browser.newPage();
await open.goto(said.match(/^http:\S+/)[0] + page);
for (let run = 1; run <= runs; run++) {
  for (const [kind, change] of Object.entries(changes)) {
    const word = `Saved${kind}${run}`;
    await new Promise(resolve => setTimeout(resolve, 2000)); // what the last save began has ended
    const begun = performance.now();
    fs.writeFileSync(chapter, change(word));
    await open.waitForFunction(words => document.querySelector('main')?.textContent.includes(words), word, { timeout: 60000 });
    await open.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
    console.log(`${kind} ${((performance.now() - begun) / 1000).toFixed(3)}`);
  }
}
watch.kill('SIGINT');
await once(watch, 'exit');
await browser.close();
