// An upstream that speaks everything a gateway may have behind it, by Node's own servers.
//
//   node peer.mjs WHERE PROTOCOL [CERTIFICATE KEY [CLIENT-AUTHORITY]]
//
// WHERE is a port of 127.0.0.1 or the path of a Unix socket, PROTOCOL is http1 or http2. With a certificate it speaks TLS,
// with a client authority it wants a certificate of the client's too. Prints `ready`.
import { readFileSync } from 'node:fs';
import { createServer as http1 } from 'node:http';
import { createServer as http2, createSecureServer as https2 } from 'node:http2';
import { createServer as https1 } from 'node:https';
import { once } from 'node:events';

const [where, protocol, certificate, key, authority] = process.argv.slice(2);
const pieces = Buffer.alloc(256 * 1024, 'postern ');
let sent = 0;
let release = () => {};
const held = new Set();

const json = (response, value) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
};

// What is not read is counted by nobody: the request's own stream holds back until somebody asks for more.
const received = async (request) => {
  let bytes = 0;
  for await (const piece of request) bytes += piece.length;
  return bytes;
};

const pages = {
  // What arrived, after all of it has.
  async '/echo'(request, response) {
    const bytes = await received(request);
    const certificate = request.socket.getPeerCertificate?.();
    json(response, {
      version: request.httpVersion, method: request.method, target: request.url, headers: request.headers, bytes,
      trailers: request.trailers, client: certificate?.subject?.CN ?? null,
    });
  },
  async '/trailers'(request, response) {
    const bytes = await received(request);
    response.setHeader('trailer', 'x-checksum, x-count');
    response.write('body ');
    response.write('in pieces');
    response.addTrailers({ 'x-checksum': 'abc', 'x-count': String(bytes) });
    response.end();
  },
  async '/events'(request, response) {
    response.setHeader('content-type', 'text/event-stream');
    let number = 0;
    const timer = setInterval(() => response.write(`id: ${number}\ndata: event ${number++}\n\n`), 50);
    response.on('close', () => { clearInterval(timer); held.delete(response); });
    held.add(response);
  },
  async '/large'(request, response, url) {
    let left = Number(url.searchParams.get('bytes'));
    response.setHeader('content-length', left);
    let open = true;
    response.on('close', () => { open = false; });
    sent = 0;
    while (left > 0 && open) {
      const piece = pieces.subarray(0, Math.min(left, pieces.length));
      left -= piece.length;
      sent += piece.length;
      if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    response.end();
  },
  // Reads nothing until `/release`.
  async '/held'(request, response) {
    await new Promise((resolve) => { release = resolve; held.add(response); });
    held.delete(response);
    json(response, { bytes: await received(request) });
  },
  // Never answers, until `/release`.
  async '/silent'(request, response) {
    await new Promise((resolve) => { release = resolve; held.add(response); });
    held.delete(response);
    response.end('late');
  },
  async '/release'(request, response) {
    release();
    json(response, {});
  },
  async '/state'(request, response) {
    json(response, { sent, held: held.size });
  },
};

const answer = async (request, response) => {
  const url = new URL(request.url, 'http://peer');
  const page = pages[url.pathname];
  try {
    if (page) await page(request, response, url);
    else response.writeHead(404).end();
  } catch (error) {
    response.destroy?.();
  }
};

const tls = certificate && {
  cert: readFileSync(certificate), key: readFileSync(key),
  ...(authority && { ca: readFileSync(authority), requestCert: true, rejectUnauthorized: true }),
};
const server = protocol === 'http2'
  ? (tls ? https2(tls, answer) : http2(answer))
  : (tls ? https1(tls, answer) : http1(answer));
if (/^\d+$/.test(where)) server.listen(Number(where), '127.0.0.1', () => console.log('ready'));
else server.listen(where, () => console.log('ready'));
