// site.js - serves the built site on this machine, and tells its pages when there
// is something new. The files stay as they are: the script that listens
// (page.js) is added to a page on its way out.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const path = require('path');

const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml', png: 'image/png', xml: 'application/xml', woff2: 'font/woff2', pdf: 'application/pdf',
  epub: 'application/epub+zip', gz: 'application/gzip' };
const SCRIPT = '/.watch/page.js', EVENTS = '/.watch/events';
const NOT_YET = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Not here</title></head>'
  + '<body><main><p>This page is not there, or not yet.</p></main></body></html>';

// The file of FOLDER that the address PATHNAME means; null when it means none, or
// one that lies elsewhere.
function fileOf(folder, pathname) {
  let name;
  try { name = decodeURIComponent(pathname); } catch { return null; }
  if (name.includes('\0')) return null;
  if (name.endsWith('/')) name += 'index.html';
  try {
    const home = fs.realpathSync(folder), file = fs.realpathSync(path.join(home, name));
    return file.startsWith(home + path.sep) && fs.statSync(file).isFile() ? file : null;
  } catch { return null; }
}

// The content of a file, and the names in a folder, as long as they are there: a build
// may put others in their place at any moment.
function contentOf(file) {
  try { return file && fs.readFileSync(file); } catch { return null; }
}
function namesIn(folder) {
  try { return fs.readdirSync(folder).sort(); } catch { return []; }
}

// What a reader sees at an address, in one sum: the page, and what gives it its look.
function sumOf(folder, pathname) {
  const sum = crypto.createHash('sha1');
  sum.update(contentOf(fileOf(folder, pathname)) || '');
  for (const beside of ['css', 'js'].map(name => path.join(folder, name))) {
    for (const name of namesIn(beside)) sum.update(contentOf(path.join(beside, name)) || '');
  }
  return sum.digest('hex');
}

// The HTML of a page with our script in it.
function watched(html, sum) {
  const script = `<script src="${SCRIPT}" data-sum="${sum}"></script>`, end = html.lastIndexOf('</body>');
  return end < 0 ? html + script : html.slice(0, end) + script + html.slice(end);
}

// answer RESPONSE, STATUS, TYPE, BODY: sends it; what was made again must not
// come from a cache.
function answer(response, status, type, body) {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end(body); // without the body when it was HEAD
}

function sendFile(folder, pathname, response) {
  const file = fileOf(folder, pathname), ending = path.extname(file || pathname).slice(1), content = contentOf(file);
  if (content && ending !== 'html') return answer(response, 200, TYPES[ending] || 'text/plain; charset=utf-8', content);
  if (!content && !/^(html)?$/.test(ending)) return answer(response, 404, 'text/plain', 'not here\n');
  const sum = sumOf(folder, pathname), page = content || contentOf(fileOf(folder, '/404.html')) || NOT_YET;
  answer(response, content ? 200 : 404, TYPES.html, watched(page.toString(), sum));
}

// serve({ folder, port }) serves FOLDER at 127.0.0.1 only, port 0 being any free
// one. Resolves to { url, tell, close }; tell({ settled, messages }) tells every
// open page what is wrong, and, when no page is being made, that it is no longer
// what is there. Rejects with a message when the port is taken.
exports.serve = ({ folder, port }) => {
  const listeners = new Set(); // { response, pathname, sum }
  let state = { settled: true, messages: [] };
  let hosts;

  function inform({ response, pathname, sum }) {
    const stale = state.settled && sumOf(folder, pathname) !== sum;
    response.write(`data: ${JSON.stringify({ stale, messages: state.messages })}\n\n`);
  }
  function listen(query, request, response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    response.write('retry: 500\n\n');
    const listener = { response, pathname: query.get('page') || '/', sum: query.get('sum') };
    listeners.add(listener);
    request.on('close', () => listeners.delete(listener));
    inform(listener);
  }
  const server = http.createServer((request, response) => {
    // a page of another site may have its name lead to this machine
    if (!hosts.includes(request.headers.host)) return answer(response, 403, 'text/plain', 'not for this host\n');
    if (!['GET', 'HEAD'].includes(request.method)) return answer(response, 405, 'text/plain', 'only GET\n');
    const [pathname, query] = request.url.split(/\?(.*)/s);
    if (pathname === EVENTS && request.method === 'GET') return listen(new URLSearchParams(query), request, response);
    if (pathname === SCRIPT) return answer(response, 200, TYPES.js, fs.readFileSync(path.join(__dirname, 'page.js')));
    sendFile(folder, pathname, response);
  });
  return new Promise((resolve, reject) => {
    server.on('error', why => reject(new Error(why.code === 'EADDRINUSE' ? `port ${port} is taken` : why.message)));
    server.listen(port, '127.0.0.1', () => {
      const own = server.address().port;
      hosts = [`127.0.0.1:${own}`, `localhost:${own}`];
      resolve({
        url: `http://127.0.0.1:${own}/`,
        tell(now) {
          state = now;
          listeners.forEach(inform);
        },
        close() {
          for (const { response } of listeners) response.end();
          server.close();
        },
      });
    });
  });
};
