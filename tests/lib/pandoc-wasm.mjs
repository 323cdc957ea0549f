// pandoc-wasm.mjs - pandoc as npm brings it: newer than any system's, and slower.
//
//   node tests/lib/pandoc-wasm.mjs [OPTION]... < INPUT
//
// Takes the options of pandoc that the press gives, reads standard input, and writes
// to standard output or the file of -o. WebAssembly sees the working directory as the
// root of its files, so paths must be below it, and there it leaves the files stdin,
// stdout, stderr and warnings, which are how it speaks. It starts no processes.
// Its interface is that of pandoc-wasm/src/core.js, with the real file system below it.
//
// Exit status 0; 1 when pandoc said anything on standard error; 2 for an option that
// is not known here.
import fs from 'node:fs';
import { WASI } from 'node:wasi';

const binary = new URL('../../node_modules/pandoc-wasm/src/pandoc.wasm', import.meta.url);
const RTS = ['pandoc.wasm', '+RTS', '-H64m', '-RTS'];

// The command line as pandoc's defaults file has it. A value is made by a function of
// the option's word; options without a word have a constant.
const text = word => word, number = Number, list = word => [word];
const known = {
  '-f': ['from', text], '-t': ['to', text], '-o': ['output-file', text],
  '-L': ['filters', list], '-s': ['standalone', true], '--css': ['css', list],
  '--template': ['template', text], '--wrap': ['wrap', text],
  '--top-level-division': ['top-level-division', text],
  '--highlight-style': ['highlight-style', text], '--toc': ['table-of-contents', true],
  '--toc-depth': ['toc-depth', number], '--mathml': ['html-math-method', { method: 'mathml' }],
  '--fail-if-warnings': ['fail-if-warnings', true],
  '-V': ['variables', word => ({ [word.split('=')[0]]: word.split('=')[1] ?? true })],
};

function defaults(words) {
  const options = {};
  while (words.length > 0) {
    const [, option, glued] = words.shift().match(/^(--[a-z-]+|-[a-zA-Z])=?(.*)$/s) ?? [];
    if (!known[option]) {
      console.error(`pandoc-wasm: the option ${option} is not known here`);
      process.exit(2);
    }
    const [name, kind] = known[option];
    const value = typeof kind === 'function' ? kind(glued || words.shift()) : kind;
    if (Array.isArray(value)) options[name] = [...options[name] ?? [], ...value];
    else if (name === 'variables') options[name] = { ...options[name], ...value };
    else options[name] = value;
    if (name === 'template') options.standalone = true;
  }
  return options;
}

// The instance, with the working directory as its root, and Haskell's runtime started.
async function start() {
  const wasi = new WASI({ version: 'preview1', args: RTS, env: { ...process.env, PWD: '/' },
    preopens: { '/': process.cwd() } });
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(binary), { wasi_snapshot_preview1: wasi.wasiImport });
  const it = instance.exports;
  wasi.initialize({ exports: { memory: it.memory } });
  it.__wasm_call_ctors();
  const words = bytes(it, new Uint32Array([...RTS.map(word => cString(it, word)), 0]));
  it.hs_init_with_rtsopts(bytes(it, new Uint32Array([RTS.length])), bytes(it, new Uint32Array([words])));
  return it;
}

// Copies an array into the memory of the instance; gives its address.
function bytes(it, array) {
  const address = it.malloc(array.byteLength);
  new Uint8Array(it.memory.buffer, address, array.byteLength).set(new Uint8Array(array.buffer));
  return address;
}
const cString = (it, string) => bytes(it, new TextEncoder().encode(string + '\0').slice());

const options = new TextEncoder().encode(JSON.stringify(defaults(process.argv.slice(2)))).slice();
fs.writeFileSync('stdin', fs.readFileSync(0));
for (const name of ['stdout', 'stderr', 'warnings']) fs.writeFileSync(name, '');
const it = await start();
let stopped = false;
try {
  it.convert(bytes(it, options), options.byteLength);
} catch {
  stopped = true;       // a script called os.exit
}
process.stdout.write(fs.readFileSync('stdout'));
const said = fs.readFileSync('stderr');
process.stderr.write(said);
process.exitCode = stopped || said.length > 0 ? 1 : 0;
