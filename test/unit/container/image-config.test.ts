import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../src/core/canonical-json.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { buildImageConfig, type ImageConfigInput } from "../../../src/container/plan/image-config.ts";
import { runSettings } from "../../../src/container/plan/run-settings.ts";
import type { ImageConfig, RunConfig } from "../../../src/oci/image-config.ts";
import type { ContainerIntent } from "../../../src/project/deploy-intent.ts";
import { AMD64, ARM64, intentOf } from "./fixtures.ts";

const EPOCH = "1970-01-01T00:00:00Z";
const BASE_RUN: RunConfig = {
  User: "node",
  ExposedPorts: { "8080/tcp": {} },
  Env: ["PATH=/usr/bin", "NODE_VERSION=22", "YARN=1"],
  Entrypoint: ["docker-entrypoint.sh"],
  Cmd: ["node"],
  Volumes: { "/data": {} },
  WorkingDir: "/",
  Labels: { maintainer: "someone", "org.opencontainers.image.title": "node", "dev.vox.package": "{}" },
  StopSignal: "SIGINT",
  Healthcheck: { Test: ["CMD", "true"] },
};
const BASE: ImageConfig = {
  architecture: "amd64",
  os: "linux",
  created: "2024-01-01T00:00:00Z",
  config: BASE_RUN,
  rootfs: { type: "layers", diff_ids: [digestOf("one"), digestOf("two")] },
  history: [{ created_by: "ADD rootfs" }, { created_by: "ENV X", empty_layer: true }, { created_by: "RUN install" }],
};

const configOf = (intent: Partial<ContainerIntent>, change: Partial<ImageConfigInput> = {}): ImageConfig => {
  const { cmd, ...rest } = intentOf(intent);
  return buildImageConfig({
    base: BASE,
    platform: AMD64,
    run: runSettings("cmd" in intent && cmd ? { ...rest, cmd } : rest),
    labels: {},
    layers: [],
    created: EPOCH,
    ...change,
  });
};
const runOf = (intent: Partial<ContainerIntent>): RunConfig => configOf(intent).config ?? {};

describe("a field of the config", () => {
  it.each<[string, Partial<ContainerIntent>, Readonly<Record<string, unknown>>]>([
    ["inherits the base's entrypoint and cmd when absent", {}, { Entrypoint: ["docker-entrypoint.sh"], Cmd: ["node"] }],
    [
      "keeps the base's entrypoint beside a cmd of ours",
      { cmd: ["node", "s.js"] },
      { Entrypoint: ["docker-entrypoint.sh"], Cmd: ["node", "s.js"] },
    ],
    ["drops the base's cmd under an entrypoint of ours", { entrypoint: ["node"] }, { Entrypoint: ["node"], Cmd: undefined }],
    ["drops the base's cmd under an empty entrypoint of ours", { entrypoint: [] }, { Entrypoint: undefined, Cmd: undefined }],
    ["takes our entrypoint and cmd together", { entrypoint: ["node"], cmd: ["s.js"] }, { Entrypoint: ["node"], Cmd: ["s.js"] }],
    ["clears cmd with an empty list", { cmd: [] }, { Entrypoint: ["docker-entrypoint.sh"], Cmd: undefined }],
    ["inherits ports when absent", {}, { ExposedPorts: { "8080/tcp": {} } }],
    [
      "replaces ports, as tcp, in the order of numbers",
      { ports: [3000, 80, 3000] },
      { ExposedPorts: { "80/tcp": {}, "3000/tcp": {} } },
    ],
    ["clears ports with an empty list", { ports: [] }, { ExposedPorts: undefined }],
    ["inherits volumes when absent", {}, { Volumes: { "/data": {} } }],
    ["replaces volumes", { volumes: ["/var/x"] }, { Volumes: { "/var/x": {} } }],
    ["clears volumes with an empty list", { volumes: [] }, { Volumes: undefined }],
    ["takes the user", { user: "1000:1000" }, { User: "1000:1000" }],
    ["inherits the user when ours is empty", { user: "" }, { User: "node" }],
    ["takes the workdir", { workdir: "/srv/app" }, { WorkingDir: "/srv/app" }],
    ["inherits the stop signal when absent", {}, { StopSignal: "SIGINT" }],
    ["takes the stop signal", { stopSignal: "SIGTERM" }, { StopSignal: "SIGTERM" }],
    [
      "merges env by name, the base's order first, ours sorted after",
      { env: { Z: "1", A: "2", NODE_VERSION: "23" } },
      { Env: ["PATH=/usr/bin", "NODE_VERSION=23", "YARN=1", "A=2", "Z=1"] },
    ],
    ["inherits the health check when absent", {}, { Healthcheck: { Test: ["CMD", "true"] } }],
    [
      "bakes a command's health check in nanoseconds",
      {
        healthcheck: {
          kind: "command",
          command: ["node", "health.js"],
          intervalMs: 30_000,
          timeoutMs: 5_000,
          startPeriodMs: 10_000,
          retries: 3,
        },
      },
      { Healthcheck: { Test: ["CMD", "node", "health.js"], Interval: 30e9, Timeout: 5e9, StartPeriod: 10e9, Retries: 3 } },
    ],
    [
      "bakes no HTTP probe, nor the base's check beside it",
      { healthcheck: { kind: "http", path: "/healthz", port: 3000 } },
      { Healthcheck: undefined },
    ],
  ])("%s", (_name, intent, expected) => {
    const run = runOf(intent);
    for (const [key, value] of Object.entries(expected)) expect(Reflect.get(run, key), key).toEqual(value);
  });

  it("keeps the first place and the last value of a name that the base's env has twice", () => {
    const base = { ...BASE, config: { Env: ["A=1", "B=2", "A=3"] } };
    expect(configOf({}, { base }).config?.Env).toEqual(["A=3", "B=2"]);
  });

  it("inherits the base's labels but those that describe the base itself, and lays ours over them", () => {
    const labels = { maintainer: "us", "org.opencontainers.image.title": "storefront" };
    expect(configOf({}, { labels }).config?.Labels).toEqual(labels);
    expect(runOf({}).Labels).toEqual({ maintainer: "someone" });
  });
});

describe("history and layers", () => {
  const layers = [{ diffId: digestOf("app"), createdBy: "vox: application" }];

  it("append one entry for each layer of ours to the base's", () => {
    const config = configOf({}, { layers });
    expect(config.rootfs.diff_ids).toEqual([digestOf("one"), digestOf("two"), digestOf("app")]);
    expect(config.history).toEqual([...(BASE.history ?? []), { created: EPOCH, created_by: "vox: application" }]);
  });

  it.each<[string, ImageConfig["history"]]>([
    ["absent", undefined],
    ["of another number of layers", [{ created_by: "only one" }]],
  ])("stand in for a base's history that is %s, one entry a layer", (_name, history) => {
    const { history: _dropped, ...rest } = BASE;
    const config = configOf({}, { layers, base: { ...rest, ...(history && { history }) } });
    expect(config.history?.map((entry) => entry.created_by)).toEqual([
      `base layer ${digestOf("one")}`,
      `base layer ${digestOf("two")}`,
      "vox: application",
    ]);
  });
});

describe("the whole config", () => {
  it("is created at the time that is given, never the base's", () => {
    expect(configOf({}).created).toBe(EPOCH);
    expect(configOf({}, { created: "2026-01-02T03:04:05Z" }).created).toBe("2026-01-02T03:04:05Z");
  });

  it("takes the platform from the index when the base's config names another architecture", () => {
    const config = configOf({}, { platform: ARM64, base: { ...BASE, variant: "v3" } });
    expect([config.os, config.architecture, config.variant]).toEqual(["linux", "arm64", undefined]);
  });

  it("has nothing but what is said on an empty base", () => {
    const base: ImageConfig = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } };
    expect(
      canonicalJson(JSON.parse(JSON.stringify(configOf({ cmd: ["node", "server.js"] }, { base, labels: { a: "1" } })))),
    ).toBe(
      '{"architecture":"amd64","config":{"Cmd":["node","server.js"],"Labels":{"a":"1"},"User":"65532:65532","WorkingDir":"/app"},' +
        '"created":"1970-01-01T00:00:00Z","history":[],"os":"linux","rootfs":{"diff_ids":[],"type":"layers"}}',
    );
  });
});
