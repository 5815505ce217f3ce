import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { collectBytes, streamOf } from "../../../src/core/byte-stream.ts";
import { UndiciTransport } from "../../../src/oci/http-undici-transport.ts";
import { callFailure } from "../../../src/oci/registry-answer.ts";
import { type HttpRequest, observedTransport } from "../../../src/oci/transport.ts";
import { startLoopbackRegistry } from "../../support/loopback-registry.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

const get = (url: string): HttpRequest => ({ method: "GET", url: new URL(url), headers: {} });

describe("the transport", () => {
  it("streams a body of a length that is said, without chunks", async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve(
      createServer((request, response) => {
        seen.push(request.headers["content-length"], request.headers["transfer-encoding"], request.headers["user-agent"]);
        request.resume().on("end", () => response.end("thanks"));
      }),
    );
    const body = streamOf(Buffer.alloc(40_000), Buffer.alloc(60_000));
    const sent: HttpRequest = { method: "PUT", url: new URL(url), headers: { "content-length": "100000" }, body };
    const response = await new UndiciTransport({ userAgent: "vox/1" }).send(sent);
    expect(Buffer.from(await collectBytes(response.body, { maxBytes: 10, what: "" })).toString()).toBe("thanks");
    expect(seen).toEqual(["100000", undefined, "vox/1"]);
  });

  it("gives up headers and bodies that do not come", async () => {
    const url = await serve(
      createServer((request, response) => (request.url === "/body" ? response.writeHead(200).write("a") : undefined)),
    );
    const transport = new UndiciTransport({ headersTimeoutMs: 300, bodyTimeoutMs: 300 });
    await expect(transport.send(get(`${url}/headers`))).rejects.toMatchObject({ kind: "broken" });
    const response = await transport.send(get(`${url}/body`));
    await expect(collectBytes(response.body, { maxBytes: 10, what: "" })).rejects.toMatchObject({ kind: "broken" });
  });

  it("gives up a body that only drips, however evenly, and takes a small one that ends", async () => {
    let time = 0;
    const url = await serve(
      createServer((request, response) => {
        response.writeHead(200).write("a");
        if (request.url === "/short") return void response.end();
        const timer = setInterval(() => response.write("a"), 1);
        response.on("close", () => clearInterval(timer));
      }),
    );
    // Each look at the clock is forty seconds after the last one: the idle time-out alone would never end this.
    const speedLimit = { windowMs: 60_000, minBytes: 600, nowMs: () => (time += 40_000) };
    const transport = new UndiciTransport({ speedLimit });
    const drip = await transport.send(get(`${url}/drip`));
    const failure: unknown = await collectBytes(drip.body, { maxBytes: 100_000, what: "" }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: "broken", message: expect.stringContaining("too slowly") });
    const call = { host: "registry", method: "GET", path: "/v2/" };
    expect(callFailure(failure, call)).toMatchObject({ code: "REGISTRY_UNAVAILABLE", exitCode: 69 });
    const short = await transport.send(get(`${url}/short`));
    expect(await collectBytes(short.body, { maxBytes: 10, what: "" })).toHaveLength(1);
  });

  it("counts what a body waits for and not what its reader takes", async () => {
    let time = 0;
    const url = await serve(createServer((_request, response) => response.end(Buffer.alloc(200_000))));
    const transport = new UndiciTransport({ speedLimit: { windowMs: 1000, minBytes: 10_000_000, nowMs: () => time } });
    const response = await transport.send(get(url));
    for await (const chunk of response.body) time += chunk.byteLength > 0 ? 60_000 : 0;
    expect(time).toBeGreaterThan(0);
  });

  it("tells a connection that never stood from one that broke", async () => {
    const registry = await startLoopbackRegistry({ fault: () => ({ kind: "reset" }) });
    await expect(new UndiciTransport().send(get(registry.url))).rejects.toMatchObject({ kind: "broken" });
    await registry.close();
    await expect(new UndiciTransport().send(get(registry.url))).rejects.toMatchObject({ kind: "unreachable" });
  });

  it("tells an answer without TLS, which the hint then speaks of", async () => {
    const registry = await startLoopbackRegistry();
    const failure = await new UndiciTransport().send(get(`https://${registry.host}/v2/`)).catch((error: unknown) => error);
    await registry.close();
    expect(failure).toMatchObject({ kind: "without-tls" });
    expect(callFailure(failure, { host: registry.host, method: "GET", path: "/v2/" })).toMatchObject({
      code: "REGISTRY_UNAVAILABLE",
      hint: expect.stringContaining(`set \`VOX_INSECURE_REGISTRIES=${registry.host}\``),
    });
  });

  it("passes on what a body's own source throws", async () => {
    const url = await serve(createServer((request) => void request.resume()));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a");
      throw new Error("the disk is gone");
    }
    const sent: HttpRequest = { method: "PUT", url: new URL(url), headers: { "content-length": "9" }, body: broken() };
    await expect(new UndiciTransport().send(sent)).rejects.toThrow("the disk is gone");
  });

  it("is watched request by request", async () => {
    const registry = await startLoopbackRegistry();
    const seen: string[] = [];
    const transport = observedTransport(new UndiciTransport(), ({ method, url }) => seen.push(`${method} ${url.pathname}`));
    await (await transport.send(get(`${registry.url}/v2/`))).discard();
    expect(seen).toEqual(["GET /v2/"]);
    await registry.close();
  });

  it("goes through a proxy to other hosts, but never to loopback", async () => {
    const asked: string[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(502).end();
    });
    proxy.on("connect", (request, socket: Duplex) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    });
    const url = await serve(proxy);
    const target = await serve(createServer((_, response) => response.end("direct")));
    await using transport = new UndiciTransport({ proxy: { https: url, no: "direct.example" } });
    await expect(transport.send(get("https://registry.example/v2/"))).rejects.toMatchObject({ name: "ConnectionFailure" });
    const response = await transport.send(get(target));
    expect(response.status).toBe(200);
    await response.discard();
    expect(asked).toEqual(["registry.example:443"]);
  });
});
