// node record.mjs PORT FILE: writes down each request as Node's HTTP server reads it.
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, file] = process.argv.slice(2);

// Routers of Node look at the path that a WHATWG URL has, at the raw text, or at what decodes from it.
function isPublic(target) {
  const raw = target.split(/[?#]/)[0];
  const readings = [raw];
  try {
    readings.push(decodeURIComponent(raw), new URL(target, "http://host").pathname);
  } catch {
    // A target that is no URL is left at its raw text.
  }
  return readings.every((path) => path.startsWith("/public/"));
}

createServer(async (request, response) => {
  let length = 0;
  for await (const piece of request) length += piece.length;
  const handler = isPublic(request.url) ? "public" : "protected";
  const line = { method: request.method, target: request.url, host: request.headers.host, length, handler };
  appendFileSync(file, JSON.stringify(line) + "\n");
  response.end(handler);
}).listen(Number(port), "127.0.0.1");
