import { describe, expect, it } from "vitest";
import type { Container } from "../../../src/container/engine/engine.ts";
import { awaitHealth } from "../../../src/deploy/await-health.ts";

/** A container that runs, with its port published at an address. */
const running = (address: string): Container => ({
  id: "1",
  name: "shop",
  inspect: () =>
    Promise.resolve({
      status: "running",
      exitCode: 0,
      restarts: 0,
      env: [],
      image: "",
      labels: {},
      ports: [{ container: 3000, host: 49153, address }],
    }),
  logs: () => Promise.resolve(""),
  exec: () => Promise.resolve(1),
  readFile: () => Promise.resolve(undefined),
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  remove: () => Promise.resolve(),
});

describe("a health check over HTTP", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1", "http://127.0.0.1:49153/healthz"],
    ["127.0.0.1", "localhost", "http://127.0.0.1:49153/healthz"],
    ["0.0.0.0", "far.example", "http://far.example:49153/healthz"],
    ["10.1.2.3", "far.example", "http://10.1.2.3:49153/healthz"],
    ["127.0.0.1", "far.example", undefined],
    ["::1", "far.example", undefined],
  ])("of a port at %s of an engine at %s asks %s", async (address, host, url) => {
    const asked: string[] = [];
    const { signal } = new AbortController();
    await awaitHealth(
      running(address),
      { kind: "http", port: 3000, path: "/healthz", timeoutMs: 60_000 },
      {
        signal,
        sleep: () => Promise.resolve(),
        probe: async (at) => {
          asked.push(at);
          return 200;
        },
        host,
        runsChecks: true,
      },
    );
    expect(asked[0]).toBe(url);
  });
});
