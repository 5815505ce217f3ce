import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { hexOf, parseDigest } from "../../src/core/digest.ts";
import { laySmallApplication, type SmallApplication } from "../support/small-application.ts";
import { at, succeeded, textAt } from "../support/vox-cli.ts";

let app: SmallApplication | undefined;
afterEach(() => app?.desk.remove());

/** Of a base that says everything. */
const BASE_CONFIG = {
  author: "the base",
  config: {
    User: "node",
    ExposedPorts: { "8080/tcp": {} },
    Env: ["PATH=/usr/bin", "LEVEL=base", "NODE_VERSION=22"],
    Entrypoint: ["/entry"],
    Cmd: ["base-cmd"],
    Volumes: { "/base": {} },
    WorkingDir: "/base",
    Labels: { maintainer: "base", "org.opencontainers.image.title": "base" },
    StopSignal: "SIGQUIT",
    Healthcheck: { Test: ["CMD", "base-check"] },
    OnBuild: ["RUN rm -rf /"],
  },
};

interface Image {
  readonly config: unknown;
  readonly manifest: unknown;
  readonly index: unknown;
}

async function imageOf(options: Parameters<typeof laySmallApplication>[0], ...args: readonly string[]): Promise<Image> {
  app = await laySmallApplication({ base: { config: BASE_CONFIG }, ...options });
  const out = join(app.desk.folder, "image");
  succeeded(await app.vox(["lock"]));
  succeeded(await app.vox(["package", ...args, "--out", out], { env: { SOURCE_DATE_EPOCH: "86400" } }));
  const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
  const document = (digest: string): unknown => json(join(out, "blobs/sha256", hexOf(parseDigest(digest))));
  const index = document(textAt(json(join(out, "index.json")), "manifests", 0, "digest"));
  const manifest = document(textAt(index, "manifests", 0, "digest"));
  return { index, manifest, config: document(textAt(manifest, "config", "digest")) };
}

describe("the configuration of an image", () => {
  it("is the base's where Vox.toml says nothing, but for user, workdir and what described the base", async () => {
    const { config } = await imageOf({});
    expect(at(config, "config")).toEqual({
      User: "65532:65532",
      ExposedPorts: { "8080/tcp": {} },
      Env: ["PATH=/usr/bin", "LEVEL=base", "NODE_VERSION=22"],
      Entrypoint: ["/entry"],
      Cmd: ["base-cmd"],
      Volumes: { "/base": {} },
      WorkingDir: "/app",
      Labels: expect.objectContaining({ maintainer: "base", "org.opencontainers.image.title": "small" }),
      StopSignal: "SIGQUIT",
      Healthcheck: { Test: ["CMD", "base-check"] },
    });
    expect([at(config, "author"), at(config, "created")]).toEqual(["the base", "1970-01-02T00:00:00Z"]);
  }, 30_000);

  it("is Vox.toml's where it says something, an environment's over that, and has a history entry for each layer", async () => {
    const container = `
user = "1000:1000"
ports = [3000]
entrypoint = ["/app/run"]
volumes = []
workdir = "/srv/app"
stop_signal = "SIGTERM"
env = { LEVEL = "project", OURS = "1" }
labels = { team = "shop" }
healthcheck = { command = ["/app/check"], interval = "30s" }
`;
    const rest = `[deploy.environments.staging.container]\nenv = { LEVEL = "staging", ONLY = "here" }\n`;
    const head =
      'description = "A small one"\nlicense = "Apache-2.0"\nauthors = ["A", "B"]\nrepository = "https://example.com/r"\n';
    const files = { run: "#!/bin/sh\n", check: "#!/bin/sh\n" };
    const { config, manifest, index } = await imageOf({ head, container, rest, files }, "staging");
    const labels = {
      "dev.vox.image-format": "1",
      "dev.vox.lock.digest": expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      "org.opencontainers.image.authors": "A, B",
      "org.opencontainers.image.base.digest": expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      "org.opencontainers.image.base.name": "oci-layout:../base:22",
      "org.opencontainers.image.description": "A small one",
      "org.opencontainers.image.licenses": "Apache-2.0",
      "org.opencontainers.image.source": "https://example.com/r",
      "org.opencontainers.image.title": "small",
      "org.opencontainers.image.version": "1.0.0",
      team: "shop",
    };
    expect(at(config, "config")).toEqual({
      User: "1000:1000",
      ExposedPorts: { "3000/tcp": {} },
      Env: ["PATH=/usr/bin", "LEVEL=staging", "NODE_VERSION=22", "ONLY=here", "OURS=1"],
      Entrypoint: ["/app/run"],
      WorkingDir: "/srv/app",
      Labels: { maintainer: "base", ...labels },
      StopSignal: "SIGTERM",
      Healthcheck: { Test: ["CMD", "/app/check"], Interval: 30e9 },
    });
    expect(at(manifest, "annotations")).toEqual(labels);
    expect(at(index, "annotations")).toMatchObject({
      ...labels,
      "org.opencontainers.image.created": "1970-01-02T00:00:00Z",
      "dev.vox.version": expect.any(String),
    });
    const history = at(config, "history");
    const layers = at(manifest, "layers");
    expect((Array.isArray(history) ? history : []).filter((entry) => at(entry, "empty_layer") !== true)).toHaveLength(
      Array.isArray(layers) ? layers.length : -1,
    );
    expect(at(history, 2)).toEqual({ created: "1970-01-02T00:00:00Z", created_by: "vox: application" });
  }, 30_000);
});
