import { createHash } from "node:crypto";

const entityTag = (body) => `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;

/** Sends a value as JSON, or 304 when the client holds it already. */
export function sendJson(request, response, value, { status = 200, headers = {} } = {}) {
  const body = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  const etag = entityTag(body);
  if (status === 200 && request.headers["if-none-match"] === etag) {
    response.writeHead(304, { etag }).end();
    return;
  }
  const fixed = { "content-type": "application/json; charset=utf-8", "content-length": body.length, etag };
  response.writeHead(status, { ...headers, ...fixed });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** An error as a status and a title, without its stack. */
export function sendProblem(request, response, status, title, headers = {}) {
  sendJson(request, response, { status, title }, { status, headers });
}
