import { describe, expect, test } from "vitest";
import { isVoxError } from "../../../../src/errors/vox-error.ts";
import { baseImageRequests } from "../../../../src/pm/manifest/base-image-requests.ts";
import { environmentNames, imageFieldsOf } from "../../../../src/pm/manifest/deploy-environment.ts";
import { deployIntentFor } from "../../../../src/pm/manifest/deploy-intent.ts";
import { isPackageManifest, type PackageManifest } from "../../../../src/pm/manifest/manifest.ts";
import { parseManifest } from "../../../../src/pm/manifest/parse-manifest.ts";

function manifestOf(deploy: string, name = "shop"): PackageManifest {
  const { manifest } = parseManifest(`[package]\nname = "${name}"\n${deploy}`, { file: "Vox.toml" });
  if (!isPackageManifest(manifest)) throw new Error("the text has [package]");
  return manifest;
}

const BASE = '[deploy.container]\nbase_image = "scratch"\n';

const containerOf = (deploy: string, environment = "production") =>
  deployIntentFor(manifestOf(deploy), environment).intent.container;

function refusalOf(deploy: string, environment = "production"): string {
  try {
    deployIntentFor(manifestOf(deploy), environment);
  } catch (error) {
    if (isVoxError(error)) return `${error.code}: ${error.message} (${error.hint ?? ""})`;
    throw error;
  }
  return "accepted";
}

describe("the deploy intent", () => {
  test("fills in the defaults of the contract", () => {
    expect(deployIntentFor(manifestOf(BASE), "production")).toEqual({
      intent: {
        environment: "production",
        target: "container",
        runtime: "auto",
        container: {
          imageName: "shop",
          baseImage: "scratch",
          builder: "auto",
          platforms: ["linux/amd64", "linux/arm64"],
          layers: "shared",
          workdir: "/app",
          user: "65532:65532",
          writable: [],
          env: {},
          labels: {},
          caCertificates: "",
          secrets: [],
          packages: [],
          run: [],
          compression: "gzip",
          dockerfile: "",
          buildArgs: {},
        },
      },
      warnings: [],
    });
  });

  test("keeps the difference between an absent list, which inherits the base's, and an empty one, which clears it", () => {
    expect(containerOf(BASE)).not.toHaveProperty("entrypoint");
    expect(containerOf(`${BASE}entrypoint = []\ncmd = []\nports = []\nvolumes = []\n`)).toMatchObject({
      entrypoint: [],
      cmd: [],
      ports: [],
      volumes: [],
    });
  });

  test("takes over what is written, in one spelling", () => {
    const text = `${BASE}image_name = "acme/shop"\nregistry = "ghcr.io/acme"\nbuilder = "engine"\nplatforms = ["linux/arm64", "linux/amd64", "linux/arm64"]
writable = ["./data/", "cache", "data"]\nstop_signal = "SIGTERM"\nbuild_args = [["A", "1"], ["A", "2"]]\nports = [3000]\nrun = ["true"]\n`;
    expect(containerOf(text)).toMatchObject({
      imageName: "acme/shop",
      registry: "ghcr.io/acme",
      builder: "engine",
      platforms: ["linux/amd64", "linux/arm64"],
      writable: ["cache", "data"],
      stopSignal: "SIGTERM",
      buildArgs: { A: "2" },
      ports: [3000],
      run: ["true"],
    });
  });

  test.each([
    ['{ command = ["a"] }', { kind: "command", command: ["a"] }],
    [
      '{ command = ["a"], interval = "1m30s", timeout = "500ms", start_period = "0s", retries = 0 }',
      { kind: "command", command: ["a"], intervalMs: 90_000, timeoutMs: 500, startPeriodMs: 0, retries: 0 },
    ],
    ['{ http = "/healthz", port = 8080 }', { kind: "http", path: "/healthz", port: 8080 }],
    ['{ http = "/healthz" }', { kind: "http", path: "/healthz", port: 3000 }],
  ])("a healthcheck %s is %j", (text, expected) => {
    expect(containerOf(`${BASE}ports = [3000]\nhealthcheck = ${text}\n`).healthcheck).toEqual(expected);
  });

  test("legacy fields stand in for [deploy.container], which wins", () => {
    expect(containerOf(`[deploy]\nimage_name = "old"\nregistry = "ghcr.io/old"\n${BASE}`)).toMatchObject({
      imageName: "old",
      registry: "ghcr.io/old",
    });
    expect(containerOf(`[deploy]\nimage_name = "old"\nregistry = "ghcr.io/old"\n${BASE}image_name = "new"\n`)).toMatchObject({
      imageName: "new",
      registry: "ghcr.io/old",
    });
  });

  test.each([
    ["", "DEPLOY_INCOMPLETE: `[deploy.container] base_image` is missing (add `base_image = "],
    ["[deploy]\n", "DEPLOY_INCOMPLETE: `[deploy.container] base_image` is missing"],
    ['[deploy.container]\nbase_image = " "\n', "DEPLOY_INCOMPLETE: "],
    [
      `${BASE}builder = "native"\nrun = ["true"]\n`,
      'MANIFEST_INVALID: in `[deploy.container]` `run` is run by a container engine, and `builder` is `native` (set `builder = "engine"`)',
    ],
    [`${BASE}builder = "native"\npackages = ["curl"]\n`, "`packages` is run by a container engine"],
    [`${BASE}builder = "native"\ndockerfile = "Dockerfile"\n`, "`dockerfile` is run by a container engine"],
    [
      `${BASE}env = { TOKEN = "x" }\nsecrets = ["TOKEN"]\n`,
      "MANIFEST_INVALID: in `[deploy.container]` the secret `TOKEN` is in `env` too, which is baked into the image (remove `TOKEN` from `env`)",
    ],
    [
      `${BASE}healthcheck = { http = "/" }\n`,
      "MANIFEST_INVALID: in `[deploy.container]` `healthcheck` asks over `http` and names no `port`",
    ],
  ])("%j is refused", (text, expected) => {
    expect(refusalOf(text)).toContain(expected);
  });
});

describe("an environment", () => {
  const TEXT = `[deploy]
target = "compose"
runtime = "docker"
[deploy.container]
base_image = "docker.io/library/node:22-slim"
registry = "ghcr.io/acme"
env = { A = "1", B = "2" }
labels = { x = "1" }
build_args = { P = "1" }
ports = [3000, 3001]
healthcheck = { command = ["a"], interval = "30s" }
[deploy.environments.staging]
runtime = "podman"
[deploy.environments.staging.container]
registry = "ghcr.io/staging"
secrets = ["TOKEN"]
[deploy.environments.canary.container]
base_image = "docker.io/library/node:24-slim"
env = { B = "3", C = "4" }
labels = { y = "2" }
build_args = [["Q", "2"]]
ports = [4000]
healthcheck = { http = "/healthz" }
`;

  test("lays its fields over [deploy]", () => {
    const { intent, warnings } = deployIntentFor(manifestOf(TEXT), "staging");
    expect(intent).toMatchObject({ environment: "staging", target: "compose", runtime: "podman" });
    expect(intent.container).toMatchObject({ registry: "ghcr.io/staging", secrets: ["TOKEN"], env: { A: "1", B: "2" } });
    expect(warnings).toEqual([]);
  });

  test("merges tables by key and replaces lists and healthchecks whole", () => {
    expect(containerOf(TEXT, "canary")).toMatchObject({
      baseImage: "docker.io/library/node:24-slim",
      env: { A: "1", B: "3", C: "4" },
      labels: { x: "1", y: "2" },
      buildArgs: { P: "1", Q: "2" },
      ports: [4000],
      healthcheck: { kind: "http", path: "/healthz", port: 4000 },
    });
    expect(containerOf(TEXT, "canary").healthcheck).not.toHaveProperty("intervalMs");
  });

  test("that sets image fields is warned of, since its image is not the one that is promoted", () => {
    const { warnings } = deployIntentFor(manifestOf(TEXT), "canary");
    expect(warnings.map(({ message }) => message)).toContain(
      "`[deploy.environments.canary.container] base_image` gives this environment an image of its own",
    );
    expect(imageFieldsOf(manifestOf(TEXT).deploy ?? {}, "canary")).toEqual([
      "base_image",
      "build_args",
      "env",
      "healthcheck",
      "labels",
      "ports",
    ]);
    expect(imageFieldsOf(manifestOf(TEXT).deploy ?? {}, "staging")).toEqual([]);
  });

  test("may ask over HTTP where no command is baked, with the same image", () => {
    const text = `${BASE}ports = [1]\n[deploy.environments.x.container]\nhealthcheck = { http = "/" }\n`;
    expect(imageFieldsOf(manifestOf(text).deploy ?? {}, "x")).toEqual([]);
  });

  test("called production need not be declared", () => {
    expect(deployIntentFor(manifestOf(TEXT), "production").intent).toMatchObject({
      environment: "production",
      runtime: "docker",
    });
    expect(containerOf(`${BASE}[deploy.environments.production.container]\nregistry = "ghcr.io/prod"\n`)).toMatchObject({
      registry: "ghcr.io/prod",
    });
    expect(environmentNames(manifestOf(TEXT).deploy)).toEqual(["canary", "production", "staging"]);
  });

  test.each([
    [
      "stagin",
      "ENVIRONMENT_UNKNOWN: there is no environment `stagin`: there is `canary`, `production`, `staging` (did you mean `staging`?)",
    ],
    [
      "live",
      "ENVIRONMENT_UNKNOWN: there is no environment `live`: there is `canary`, `production`, `staging` (add `[deploy.environments.live]`)",
    ],
    ["constructor", "ENVIRONMENT_UNKNOWN: "],
  ])("`%s` that is unknown is refused with those that are known", (environment, expected) => {
    expect(refusalOf(TEXT, environment)).toContain(expected);
  });
});

describe("base images for the lock", () => {
  const member = (deploy: string, name = "shop") => ({ path: name, manifest: manifestOf(deploy, name), text: "" });

  test("are those of every environment of every member, with all platforms asked of them", () => {
    const members = [
      member(
        '[deploy.container]\nbase_image = "b:1"\nplatforms = ["linux/arm64"]\n[deploy.environments.x.container]\nbase_image = "a:1"\n',
      ),
      member('[deploy.container]\nbase_image = "b:1"\nplatforms = ["linux/amd64"]\n', "other"),
      member('[deploy.container]\nbase_image = "scratch"\n', "tiny"),
      member('[deploy]\nruntime = "docker"\n', "none"),
      member("", "library"),
      member('[deploy.container]\nbase_image = "oci-layout:./base:v1"\n', "local"),
    ];
    expect(baseImageRequests({ members })).toEqual([
      { reference: "a:1", platforms: ["linux/arm64"], folders: ["shop"] },
      { reference: "b:1", platforms: ["linux/amd64", "linux/arm64"], folders: ["other", "shop"] },
      { reference: "oci-layout:./base:v1", platforms: ["linux/amd64", "linux/arm64"], folders: ["local"] },
    ]);
  });

  test("leave out what production overrides and no other environment uses", () => {
    const members = [
      member(
        '[deploy.container]\nbase_image = "unused:1"\n[deploy.environments.production.container]\nbase_image = "used:1"\n',
      ),
    ];
    expect(baseImageRequests({ members })).toMatchObject([{ reference: "used:1" }]);
  });
});
