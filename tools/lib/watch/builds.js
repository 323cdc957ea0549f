// builds.js - makes what a saved source changes, one thing after the other, and
// knows what is wrong.
'use strict';
const fs = require('fs');
const path = require('path');
const { spawn } = require('child_process');

const unitOf = file => file === 'book.nw' ? 'book' : /^chapters\/.*\.nw$/.test(file) ? path.basename(file, '.nw') : null;
const sourceOf = unit => unit === 'book' ? 'book.nw' : `chapters/${unit}.nw`;
const everyUnit = () => ['book', ...fs.existsSync('chapters')
  ? fs.readdirSync('chapters').map(name => unitOf('chapters/' + name)).filter(Boolean) : []];
// the unit whose chunks all may use, as tools/title has it
const sharedUnit = () => (fs.readFileSync('book.nw', 'utf8').match(/^toolbox: *(\S+)/m) || ['', 'book'])[1];
const concernsAll = file => file === 'book.nw' || unitOf(file) === sharedUnit() || /\.tsv$/.test(file);
// the tests of a program, or of exercises; others of the folder, of the book itself, say,
// take long
const isTest = file => /\.bats$/.test(file) && ['tangled/$1.session', 'tangled/$1'].some(there =>
  fs.existsSync(file.replace(/^tests\/(.*)\.bats$/, there)));

const linesOf = text => text.split('\n').filter(line => line.trim() !== '');
// That a command of make's failed says less than the command did.
const messagesIn = text => linesOf(text)
  .filter(line => !/^make(\[\d+\])?: (\*\*\* \[.*\] |\*\*\* Waiting for |Target .* not remade)/.test(line));

// end(GROUP) resolves when no process of the group is left. It asks again and
// again, since a shell that was just about to start one more may not have
// heard; who still does not listen after 5 seconds is killed.
async function end(group) {
  for (let tries = 0; tries < 80; tries++) {
    try { process.kill(-group, tries < 50 ? 'SIGTERM' : 'SIGKILL'); } catch { return; }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

// start(COMMAND, WORDS) starts it in a process group of its own and gives { stop,
// done }; done resolves to { status, text, errors }: a number or the name of a
// signal, and what it printed on standard output and on standard error. After
// stop() it resolves when the whole group has ended.
function start(command, words) {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const said = { text: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', data => { said.text += data; });
  child.stderr.setEncoding('utf8').on('data', data => { said.errors += data; });
  let ending;
  const done = new Promise(resolve => {
    child.on('error', why => resolve({ status: 127, text: '', errors: `${command}: ${why.message}\n` }));
    child.on('close', async (status, signal) => {
      await ending;
      resolve({ status: signal || status, ...said });
    });
  });
  return { done, stop() { if (child.pid) ending = ending || end(child.pid); } };
}

exports.Builds = class {
  #say; #told; #jobs;
  #saved = new Set();       // files not looked at yet
  #units = new Set();       // units to compile
  #tests = new Set();       // test files to run
  #wrong = new Map();       // messages, by what found them
  #running = new Set();
  #everything = false;      // all is to be made
  #busy = false;
  #breakable = false;       // what runs now can be done again later
  #closed = false;
  #settled = true;          // no page is being made

  // SAY prints a line in the terminal. TOLD({ settled, messages }) is called
  // when one of them changed: no page is being made; what is wrong now. JOBS
  // compilers run at a time.
  constructor({ say, told, jobs }) {
    this.#say = say;
    this.#told = told;
    this.#jobs = jobs;
  }

  // Has made what the FILES change that were saved; without FILES, everything.
  saved(files) {
    if (files) for (const file of files) this.#saved.add(file); else this.#everything = true;
    if (this.#breakable) this.#stop();
    if (!this.#busy) this.#makeAll();
  }

  // Resolves when nothing that was started runs any more.
  async close() {
    this.#closed = true;
    await this.#stop();
  }

  // Whether there is something better to do now.
  get #overtaken() { return this.#closed || this.#saved.size > 0 || this.#everything; }

  async #makeAll() {
    this.#busy = true;
    while (!this.#closed && this.#overtaken) {
      const files = [...this.#saved], all = this.#everything;
      this.#saved.clear();
      this.#everything = false;
      this.#plan(files, all);
      await Promise.all([this.#pages(), this.#lint(files, all)]);
      if (this.#units.size && !this.#overtaken) await this.#breakOff(() => this.#compile());
      if (this.#tests.size && !this.#overtaken) {
        await this.#breakOff(() => this.#test());
        if (!this.#closed) await this.#pages(); // they say how tests ended
      }
    }
    this.#busy = false;
  }

  // What is to be compiled and tested when FILES were saved.
  #plan(files, all) {
    const changed = all || files.includes('kinds.tsv') ? everyUnit() : files.map(unitOf).filter(Boolean);
    for (const unit of changed) this.#units.add(unit);
    for (const unit of this.#units) if (!fs.existsSync(sourceOf(unit))) this.#units.delete(unit);
    for (const file of files.filter(isTest)) this.#tests.add(file);
    for (const file of files) {
      if (fs.existsSync(file)) continue;
      this.#tests.delete(file);
      this.#wrong.delete(file);
    }
  }

  async #breakOff(work) {
    this.#breakable = true;
    await work();
    this.#breakable = false;
  }

  async #run(command, ...words) {
    if (this.#closed) return { status: 'SIGTERM', text: '', errors: '' };
    const job = start(command, words);
    this.#running.add(job);
    const result = await job.done;
    this.#running.delete(job);
    return result;
  }

  #stop() {
    for (const job of this.#running) job.stop();
    return Promise.all([...this.#running].map(job => job.done));
  }

  async #pages() {
    const begun = Date.now();
    this.#settled = false;
    const { status, text, errors } = await this.#run('make', '--no-print-directory', 'html');
    this.#settled = true;
    if (this.#closed) return;
    for (const line of linesOf(text)) this.#say(line);
    if (status === 0) this.#say(`shown   after ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    this.#found('the pages', status, messagesIn(errors));
  }

  // A file with findings is looked at again whatever was saved: the fault may
  // have been mended elsewhere.
  async #lint(files, all) {
    const faulty = (this.#wrong.get('lint') || []).map(line => line.replace(/:.*/, ''));
    const sources = [...new Set([...files.filter(unitOf), ...faulty])].filter(file => fs.existsSync(file));
    const whole = all || files.some(concernsAll);
    if (!whole && !sources.length) return;
    const { status, text, errors } = await this.#run('tools/lint', ...whole ? [] : sources);
    if (!this.#closed) this.#found('lint', status, messagesIn(text + errors));
  }

  async #compile() {
    const wanted = this.#units.has('book') || this.#units.has(sharedUnit()) ? ['build'] : [...this.#units].map(unit => `out/build/${unit}.built`);
    const { status, text, errors } = await this.#run('make', '--no-print-directory', '-k', `-j${this.#jobs}`, ...wanted);
    if (this.#overtaken) return;
    for (const line of linesOf(text)) if (/^cc /.test(line)) this.#say(line);
    if (status === 0) this.#units.clear();
    this.#found('the programs', status, messagesIn(errors));
  }

  async #test() {
    for (const file of [...this.#tests]) {
      const { status, text, errors } = await this.#run('tests/run', file);
      if (this.#overtaken) return;
      this.#tests.delete(file);
      for (const line of linesOf(text)) if (/ (?:passed|failed).* s$/.test(line)) this.#say(line.trim());
      this.#found(file, status, linesOf(text + errors).filter(line => /^ {2}FAILED|^ {4}|^WRONG|^tests\/run/.test(line)));
    }
  }

  // What WHO ended with: the terminal gets what was not known before.
  #found(who, status, messages) {
    const found = status === 0 ? [] : messages.length ? messages : [`${who}: failed (${status}) and did not say why`];
    const known = new Set([...this.#wrong.values()].flat());
    for (const line of found) if (!known.has(line)) this.#say(line);
    if (this.#wrong.has(who) && !found.length) this.#say(`mended  ${who}`);
    if (found.length) this.#wrong.set(who, found); else this.#wrong.delete(who);
    this.#told({ settled: this.#settled, messages: [...new Set([...this.#wrong.values()].flat())] });
  }
};
