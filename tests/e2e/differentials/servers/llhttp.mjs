// Reads streams with llhttp, the parser inside of Node: JSON on standard input, what it read on standard output.
import { readFileSync } from "node:fs";

const { HTTPParser, allMethods, methods } = process.binding("http_parser");
const names = allMethods ?? methods;

function read({ kind, sent, method }) {
  const parser = new HTTPParser();
  const messages = [];
  let open = null;
  const begin = (message) => {
    open = { method: "", target: "", status: 0, body: "", complete: false, ...message };
    messages.push(open);
  };
  parser.initialize(kind === "request" ? HTTPParser.REQUEST : HTTPParser.RESPONSE, {});
  // Parts of what follows trailers, or of many headers, come beforehand.
  let early = "";
  parser[HTTPParser.kOnMessageBegin | 0] = () => {
    early = "";
  };
  parser[HTTPParser.kOnHeaders | 0] = (headers, target) => {
    early += target;
  };
  parser[HTTPParser.kOnHeadersComplete | 0] = (major, minor, headers, verb, target, status, reason, upgrade) => {
    if (kind === "request") {
      begin({ method: names[verb], target: target ?? early });
      return upgrade ? 2 : 0;
    }
    if (status >= 200 || status === 101) begin({ status });
    // 1: there is no body, whatever the head says.
    return method === "HEAD" ? 1 : 0;
  };
  parser[HTTPParser.kOnBody | 0] = (piece) => {
    open.body += Buffer.from(piece).toString("latin1");
  };
  parser[HTTPParser.kOnMessageComplete | 0] = () => {
    if (open) open.complete = true;
    open = null;
  };
  const parsed = parser.execute(Buffer.from(sent, "latin1"));
  if (!(parsed instanceof Error)) parser.finish();
  return messages;
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0)).map(read)));
