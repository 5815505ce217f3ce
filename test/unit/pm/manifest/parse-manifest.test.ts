import { describe, expect, test } from "vitest";
import { formatPlace, isVoxError, VoxError } from "../../../../src/errors/vox-error.ts";
import { parseManifest, type ParseManifestOptions } from "../../../../src/pm/manifest/parse-manifest.ts";

const parse = (text: string, options: Partial<ParseManifestOptions> = {}) =>
  parseManifest(text, { file: "Vox.toml", ...options });

const HEAD = '[package]\nname = "demo"\n';

/** What a user sees of a refusal: code, place, message, hint. */
function refusalOf(text: string, options: Partial<ParseManifestOptions> = {}): string {
  try {
    parse(text, options);
  } catch (error) {
    if (!isVoxError(error)) throw error;
    return shown(error);
  }
  return "accepted";
}

const shown = ({ code, place, message, hint }: VoxError): string =>
  `${code} ${place ? formatPlace(place) : "nowhere"}: ${message}${hint === undefined ? "" : ` (${hint})`}`;

describe("what a manifest leaves out", () => {
  test("is the default", () => {
    expect(parse(HEAD)).toEqual({
      manifest: {
        package: {
          name: "demo",
          version: "0.1.0",
          kind: "library",
          authors: [],
          keywords: [],
          include: [],
          exclude: [],
          build: [],
          platforms: [],
        },
        requirements: [],
        publishedRanges: {},
        features: {},
        bins: [],
        registries: [],
        patches: [],
        resolver: { minReleaseAgeMs: 0 },
      },
      warnings: [],
    });
  });

  test("empty texts and lists are as if they were not written", () => {
    const text = `${HEAD}description = ""\nlicense = ""\nauthors = []\nrepository = ""\nhomepage = ""\ndocumentation = ""\nkeywords = []\nbin = []\n`;
    expect(parse(text.replace("bin = []\n", "")).manifest).toEqual(parse(HEAD).manifest);
    expect(parse(`bin = []\n${HEAD}`).manifest).toEqual(parse(HEAD).manifest);
  });

  test("a root as older projects write it: no programs, a workspace by kind, members by their manifests", () => {
    const root = 'bin = []\n[package]\nname = "suite"\nkind = "workspace"\n[workspace]\nmembers = ["crates/*/Vox.toml"]\n';
    const { manifest, warnings } = parse(root);
    expect(manifest).toMatchObject({ package: { kind: "workspace" }, bins: [], workspace: { members: ["crates/*/Vox.toml"] } });
    expect(warnings).toEqual([]);
  });
});

describe("a whole manifest", () => {
  const TEXT = `
[package]
name = "storefront"
version = "1.4.0"
kind = "application"
description = "A shop"
license = "Apache-2.0"
authors = ["A. Author"]
repository = "https://example.com/r"
keywords = ["shop"]
include = ["gen/"]
exclude = ["*.psd"]
build = ["make", "assets"]
platforms = ["linux/arm64", "linux/amd64", "linux/arm64"]

[dependencies]
http-router = "2.1"
auth = { version = "1", features = ["oauth", "basic", "oauth"], default-features = false, optional = true }
shared = { path = "./../shared/", version = ">=1, <3" }
templates = { git = "https://example.com/t.git", tag = "v3" }
corp-kit = { version = "4", registry = "corp" }
constructor = "*"

[dev-dependencies]
test-kit = { path = "../test-kit", version = "1" }

[skills]
summarise = "0.2"

[features]
default = ["login"]
login = ["dep:auth", "auth?/oauth"]

[[bin]]
name = "shop"
path = "./bin/shop.js"

[registries.corp]
index = "oci://registry.example.com/vox"
signers = ["keys/corp.pub"]

[patch.http-router]
git = "file:///srv/http-router.git"
rev = "0123456789abcdef0123456789abcdef01234567"

[patch]
tokenizer = "=2.0.1"

[resolver]
min-release-age = "3d"

[orchestrator]
anything = { goes = [1, 2] }
[review.rules]
x = 1
[bundle]
y = 2
`;

  test("is read into requirements, features, bins, registries, patches and the resolver's wishes", () => {
    const { manifest, warnings } = parse(TEXT);
    expect(warnings).toEqual([]);
    expect(manifest.package).toMatchObject({
      kind: "application",
      platforms: ["linux/amd64", "linux/arm64"],
      build: ["make", "assets"],
    });
    const plain = { scope: "normal", features: [], defaultFeatures: true, optional: false };
    expect(manifest.requirements).toEqual([
      {
        ...plain,
        name: "auth",
        source: { kind: "registry", registry: "default", range: "^1" },
        features: ["basic", "oauth"],
        defaultFeatures: false,
        optional: true,
      },
      { ...plain, name: "constructor", source: { kind: "registry", registry: "default", range: "*" } },
      { ...plain, name: "corp-kit", source: { kind: "registry", registry: "corp", range: "^4" } },
      { ...plain, name: "http-router", source: { kind: "registry", registry: "default", range: "^2.1" } },
      { ...plain, name: "shared", source: { kind: "path", path: "../shared" } },
      {
        ...plain,
        name: "templates",
        source: { kind: "git", url: "https://example.com/t.git", ref: { kind: "tag", name: "v3" } },
      },
      { ...plain, name: "test-kit", scope: "dev", source: { kind: "path", path: "../test-kit" } },
      { ...plain, name: "summarise", scope: "skill", source: { kind: "registry", registry: "default", range: "^0.2" } },
    ]);
    expect(manifest.publishedRanges).toEqual({ shared: ">=1,<3" });
    expect(manifest.features).toEqual({ default: ["login"], login: ["auth?/oauth", "dep:auth"] });
    expect(manifest.bins).toEqual([{ name: "shop", path: "bin/shop.js" }]);
    expect(manifest.registries).toEqual([
      { name: "corp", index: "oci://registry.example.com/vox", signers: ["keys/corp.pub"] },
    ]);
    expect(manifest.patches.map(({ name, requirement }) => [name, requirement.source])).toEqual([
      [
        "http-router",
        {
          kind: "git",
          url: "file:///srv/http-router.git",
          ref: { kind: "rev", name: "0123456789abcdef0123456789abcdef01234567" },
        },
      ],
      ["tokenizer", { kind: "registry", registry: "default", range: "=2.0.1" }],
    ]);
    expect(manifest.resolver).toEqual({ minReleaseAgeMs: 259_200_000 });
  });

  test("means the same with CRLF and a byte order mark", () => {
    expect(parse(`\uFEFF${TEXT.replaceAll("\n", "\r\n")}`)).toEqual(parse(TEXT));
  });
});

describe("[deploy]", () => {
  test("takes every field of the contract", () => {
    const text = `${HEAD}
[deploy]
target = "kubernetes"
runtime = "podman"
[deploy.container]
image_name = "acme/shop"
registry = "[::1]:5000/acme"
base_image = "oci-layout:./base:v1"
builder = "engine"
platforms = ["linux/amd64"]
layers = "per-package"
workdir = "/srv/app"
entrypoint = []
cmd = ["node", "server.js"]
user = "1000:1000"
writable = ["data", "./cache/"]
env = { NODE_ENV = "production" }
ports = [3000]
volumes = ["/data"]
labels = { "com.example/a" = "b" }
stop_signal = "SIGRTMIN+3"
ca_certificates = "ca.pem"
healthcheck = { http = "/healthz", port = 3000, interval = "30s", timeout = "5s", retries = 3, start_period = "10s" }
secrets = ["DATABASE_URL"]
packages = ["ca-certificates"]
run = ["echo hi"]
compression = "zstd"
dockerfile = "docker/Dockerfile"
build_args = [["A", "1"], ["B", "2"]]
[deploy.compose]
project_name = "shop"
file = "compose.yaml"
services = ["web"]
publish = ["8080:3000", 9000]
[deploy.kubernetes]
context = "prod"
namespace = "shop"
replicas = 3
manifests_dir = "k8s"
ingress = { host = "shop.example.com", tls = true }
resources = { requests = { cpu = "100m", memory = "64Mi" }, limits = { cpu = 1 } }
[deploy.bare-metal]
host = "shop.example.com"
user = "deploy"
port = 22
service_name = "shop"
deploy_dir = "/opt/shop"
unit = "quadlet"
[deploy.coolify]
base_url = "https://coolify.example.com"
app_uuid = "abc"
token_env = "COOLIFY_TOKEN"
app_uuid_env = "COOLIFY_APP"
env = { A = "1" }
health_endpoints = ["https://shop.example.com/healthz"]
poll_interval_secs = 5
poll_timeout_secs = 600
force_rebuild = false
[deploy.fly]
app_name = "shop"
org = "acme"
region = "fra"
[deploy.history]
repository = "ghcr.io/acme/shop"
keep = 20
[deploy.policy]
lane = "ci"
signers = ["keys/release.pub"]
release = { "clean-tree" = "blocking" }
[deploy.environments.staging]
target = "compose"
[deploy.environments.staging.container]
registry = "ghcr.io/staging"
`;
    expect(refusalOf(text)).toBe("accepted");
  });

  test("legacy fields are read with a warning that names what replaces them", () => {
    const text = `${HEAD}[deploy]\nimage_name = "shop"\nregistry = "ghcr.io/acme"\n[deploy.kubernetes]\ncluster = "prod"\n[deploy.environments.staging]\nregistry = "ghcr.io/x"\n`;
    expect(parse(text).warnings).toEqual([
      {
        code: "MANIFEST_LEGACY",
        message: "`deploy.image_name` is the older name of `deploy.container.image_name`",
        hint: "write `deploy.container.image_name` instead",
        place: { file: "Vox.toml", line: 4, column: 1 },
      },
      expect.objectContaining({
        hint: "write `deploy.container.registry` instead",
        place: { file: "Vox.toml", line: 5, column: 1 },
      }),
      expect.objectContaining({
        hint: "write `deploy.kubernetes.context` instead",
        place: { file: "Vox.toml", line: 7, column: 1 },
      }),
      expect.objectContaining({
        hint: "write `deploy.environments.staging.container.registry` instead",
        place: { file: "Vox.toml", line: 9, column: 1 },
      }),
    ]);
  });
});

describe("a manifest is refused with its code, the line, what is wrong and what to do", () => {
  test.each<[string, string]>([
    ["", 'MANIFEST_INVALID Vox.toml: the manifest is empty (add `[package]` with `name = "…"`)'],
    [" \n\n", 'MANIFEST_INVALID Vox.toml: the manifest is empty (add `[package]` with `name = "…"`)'],
    [
      "# nothing\n",
      'MANIFEST_INVALID Vox.toml: the manifest has neither `[package]` nor `[workspace]` (add `[package]` with `name = "…"`)',
    ],
    [
      `${HEAD}[dependencies]\n"__proto__" = "1"\n`,
      "MANIFEST_INVALID Vox.toml: `__proto__` is not a key that can be used (remove `__proto__`)",
    ],
    ["[package\n", "MANIFEST_INVALID Vox.toml:1:9: `Vox.toml` is not TOML: "],
    ['[package]\nname = "a"\nname = "b"\n', "MANIFEST_INVALID Vox.toml:3:1: `Vox.toml` is not TOML: "],
    ['[package]\nversion = "1.0.0"\n', "MANIFEST_INVALID Vox.toml:1:1: `[package] name` is missing"],
    ['[package]\nnam = "demo"\n', "MANIFEST_INVALID Vox.toml:2:1: unknown key `nam` in `[package]` (did you mean `name`?)"],
    [
      '[pakage]\nname = "demo"\n',
      "MANIFEST_INVALID Vox.toml:1:1: unknown key `pakage` at the top level (did you mean `package`?)",
    ],
    [`${HEAD}[zzz]\n`, "MANIFEST_INVALID Vox.toml:3:1: unknown key `zzz` at the top level (the nearest known key is `bin`)"],
    [
      '[package]\nname = "My App"\n',
      "MANIFEST_INVALID Vox.toml:2:1: `[package] name` `My App` is not a package name: groups of a-z and 0-9 joined by single `-` or `_`, at most 64 bytes",
    ],
    [
      `[package]\nname = "${"a".repeat(65)}"\n`,
      `MANIFEST_INVALID Vox.toml:2:1: \`[package] name\` \`${"a".repeat(65)}\` is not a package name`,
    ],
    [
      `${HEAD}version = "1.0"\n`,
      "MANIFEST_INVALID Vox.toml:3:1: `[package] version` `1.0` is not a semver version such as `1.4.0`",
    ],
    [`${HEAD}version = "01.0.0"\n`, "MANIFEST_INVALID Vox.toml:3:1: `[package] version` `01.0.0` is not a semver version"],
    [`${HEAD}version = 1.0\n`, "MANIFEST_INVALID Vox.toml:3:1: `[package] version` is a whole number, not text or a table"],
    [`${HEAD}version = 2020-01-01\n`, "MANIFEST_INVALID Vox.toml:3:1: `[package] version` is a date, not text"],
    [`${HEAD}kind = "libary"\n`, "(did you mean `library`?)"],
    [
      `${HEAD}platforms = ["linux"]\n`,
      "MANIFEST_INVALID Vox.toml:3:1: `[package] platforms[0]` `linux` is not a platform such as `linux/amd64`",
    ],
    [
      `${HEAD}build = "make"\n`,
      'MANIFEST_INVALID Vox.toml:3:1: `[package] build` is text, not a list or a table (write it as a list: `["make"]`)',
    ],
    [`${HEAD}[dependencies]\nFoo = "1"\n`, "MANIFEST_INVALID Vox.toml:4:1: `Foo` in `[dependencies]` is not a package name: "],
    [
      `${HEAD}[dependencies]\na = "banana"\n`,
      "VERSION_INVALID Vox.toml:4:1: `[dependencies] a`: `banana` is not a version requirement (write it as `^1.2`, `=1.2.3` or `>=1, <3`)",
    ],
    [
      `${HEAD}[dependencies.a]\nversion = "banana"\n`,
      "VERSION_INVALID Vox.toml:4:1: `[dependencies] a.version`: `banana` is not a version requirement",
    ],
    [
      `${HEAD}[dependencies]\na = { verison = "1" }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: unknown key `verison` in `[dependencies] a` (did you mean `version`?)",
    ],
    [
      `${HEAD}[dependencies]\na = 1\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a` is a whole number, not text or a table",
    ],
    [
      `${HEAD}[dependencies]\na = {}\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a` does not say where the package comes from (add `version`, `path` or `git`)",
    ],
    [
      `${HEAD}[dependencies]\na = { path = "../a", git = "https://x.y/a" }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a` cannot have both `path` and `git` (remove one of the two)",
    ],
    [`${HEAD}[dependencies]\na = { path = "../a", registry = "corp" }\n`, "cannot have both `path` and `registry`"],
    [`${HEAD}[dependencies]\na = { git = "https://x.y/a", version = "1" }\n`, "cannot have both `git` and `version`"],
    [`${HEAD}[dependencies]\na = { git = "https://x.y/a", tag = "v1", branch = "b" }\n`, "cannot have both `branch` and `tag`"],
    [
      `${HEAD}[dependencies]\na = { version = "1", tag = "v1" }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a` has `tag`, which needs `git` (remove `tag`, or add `git`)",
    ],
    [
      `${HEAD}[dependencies]\na = { git = "ext::sh -c x" }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a.git`: `ext::sh -c x` is not an https, ssh or file URL (write it as `https://host/path.git`)",
    ],
    [
      `${HEAD}[dependencies]\na = { git = "https://x.y/a", branch = "-x" }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a.branch`: `-x` is not the name of a branch",
    ],
    [
      `${HEAD}[dependencies]\na = { path = "/abs" }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a.path` `/abs` is not a relative path with `/` (write the folder relative to this Vox.toml)",
    ],
    [`${HEAD}[dependencies]\na = { path = '..\\a' }\n`, "is not a relative path with `/`"],
    [`${HEAD}[dependencies]\na = { path = "" }\n`, "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a.path` is empty"],
    [
      `${HEAD}[dependencies]\na = { workspace = true }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a` inherits from a workspace, and there is none above this folder that has it as a member",
    ],
    [
      `${HEAD}[dependencies]\na = { workspace = false }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a.workspace` is `false`, not `true`",
    ],
    [
      `${HEAD}[dependencies]\na-b = "1"\na_b = "1"\n`,
      "MANIFEST_INVALID Vox.toml:5:1: `[dependencies] a_b` is the same name as `a-b`: `-` and `_` are one letter (remove one of the two)",
    ],
    [
      `${HEAD}[dependencies]\ndemo = "1"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] demo` is the package itself (remove it)",
    ],
    [
      `${HEAD}[dependencies]\na = "1"\n[skills]\na = "1"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] a` is in `[skills]` too (remove one of the two)",
    ],
    [
      `${HEAD}[dev-dependencies]\na = { version = "1", optional = true }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[dev-dependencies] a.optional` cannot be set: a dev-dependency is never optional",
    ],
    [`${HEAD}[[bin]]\nname = "x"\n`, "MANIFEST_INVALID Vox.toml:3:1: `[[bin]] path` of entry 1 is missing"],
    [
      `${HEAD}[[bin]]\nname = "x"\npath = "../x"\n`,
      "MANIFEST_INVALID Vox.toml:5:1: `[[bin]] path` of entry 1 `../x` is not a relative path that stays inside its folder",
    ],
    [
      `${HEAD}[[bin]]\nname = "x"\npath = "a"\n[[bin]]\nname = "x"\npath = "b"\n`,
      "MANIFEST_INVALID Vox.toml:7:1: `[[bin]] name` of entry 2 `x` is taken (choose another name)",
    ],
    [
      `${HEAD}[registries.corp]\nindx = "oci://h/p"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: unknown key `indx` in `[registries.corp]` (did you mean `index`?)",
    ],
    [`${HEAD}[registries.corp]\n`, "MANIFEST_INVALID Vox.toml:3:1: `[registries.corp] index` is missing"],
    [
      `${HEAD}[registries.corp]\nindex = "https://h/p"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[registries.corp] index` `https://h/p` is not a registry such as `oci://host/prefix` or `file:../registry`",
    ],
    [`${HEAD}[registries.corp]\nindex = "oci://user:pw@h/p"\n`, "is not a registry such as"],
    [`${HEAD}[patch.a]\n`, "MANIFEST_INVALID Vox.toml:3:1: `[patch] a` does not say where the package comes from"],
    [
      `${HEAD}[patch.a]\npath = "a"\nversion = "1"\n`,
      "MANIFEST_INVALID Vox.toml:3:1: `[patch] a` cannot have both `path` and `version`",
    ],
    [
      `${HEAD}[resolver]\nmin-release-age = "3 days"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[resolver] min-release-age` `3 days` is not a duration such as `30s`, `5m` or `3d`",
    ],
    [
      `${HEAD}[resolver]\nmin-release-age = 3\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[resolver] min-release-age` is a whole number, not text",
    ],
    [
      `${HEAD}[workspace]\nmember = ["a"]\n`,
      "MANIFEST_INVALID Vox.toml:4:1: unknown key `member` in `[workspace]` (did you mean `members`?)",
    ],
    [`${HEAD}[workspace.package]\nname = "x"\n`, "MANIFEST_INVALID Vox.toml:4:1: unknown key `name` in `[workspace.package]`"],
    [
      `${HEAD}[workspace.dependencies]\na = { version = "1", optional = true }\n`,
      "MANIFEST_INVALID Vox.toml:4:1: unknown key `optional` in `[workspace.dependencies] a`",
    ],
    [
      `${HEAD}[deploy]\ntarget = "docker"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[deploy] target` `docker` is not one of `auto`, `container`, `compose`, `kubernetes`, `bare-metal`, `coolify`, `fly`",
    ],
    [
      `${HEAD}[deploy.container]\nbase_imag = "x"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: unknown key `base_imag` in `[deploy.container]` (did you mean `base_image`?)",
    ],
    [
      `${HEAD}[deploy.container]\nbase_image = 3\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[deploy.container] base_image` is a whole number, not text",
    ],
    [
      `${HEAD}[deploy.container]\ncmd = "node"\n`,
      'MANIFEST_INVALID Vox.toml:4:1: `[deploy.container] cmd` is text, not a list (write it as a list: `["node"]`)',
    ],
    [
      `${HEAD}[deploy.container]\nworkdir = "app"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[deploy.container] workdir` `app` is not an absolute path without `.`, `..` and a slash at its end",
    ],
    [`${HEAD}[deploy.container]\nworkdir = "/app/../etc"\n`, "`/app/../etc` is not an absolute path"],
    [`${HEAD}[deploy.container]\nworkdir = "/app/"\n`, "`/app/` is not an absolute path"],
    [`${HEAD}[deploy.container]\nworkdir = "/"\n`, "`[deploy.container] workdir` `/` cannot be the root of the image"],
    [
      `${HEAD}[deploy.container]\nworkdir = "/opt/vox/modules"\n`,
      "`/opt/vox/modules` is where dependencies live: choose another folder",
    ],
    [
      `${HEAD}[deploy.container]\nuser = "a b"\n`,
      "`[deploy.container] user` `a b` is not a user such as `65532:65532` or `node`",
    ],
    [`${HEAD}[deploy.container]\nuser = "4294967295"\n`, "has a number that no user can have"],
    [
      `${HEAD}[deploy.container]\nwritable = ["../x"]\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[deploy.container] writable[0]` `../x` is not a relative path that stays inside its folder",
    ],
    [`${HEAD}[deploy.container]\nwritable = ["/data"]\n`, "is not a relative path that stays inside its folder"],
    [`${HEAD}[deploy.container]\nports = [0]\n`, "`[deploy.container] ports[0]` `0` is not a port from 1 to 65535"],
    [`${HEAD}[deploy.container]\nports = [65536]\n`, "`65536` is not a port from 1 to 65535"],
    [`${HEAD}[deploy.container]\nports = ["3000"]\n`, "`[deploy.container] ports[0]` is text, not a whole number"],
    [
      `${HEAD}[deploy.container]\nports = [1.5]\n`,
      "`[deploy.container] ports[0]` is a number with a fraction, not a whole number",
    ],
    [
      `${HEAD}[deploy.container.env]\n"A B" = "x"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `A B` in `[deploy.container] env` is not the name of an environment variable",
    ],
    [
      `${HEAD}[deploy.container.env]\nA = 1\n`,
      "MANIFEST_INVALID Vox.toml:4:1: `[deploy.container] env.A` is a whole number, not text",
    ],
    [
      `${HEAD}[deploy.container]\nsecrets = ["a=b"]\n`,
      "`[deploy.container] secrets[0]` `a=b` is not the name of an environment variable",
    ],
    [`${HEAD}[deploy.container]\nvolumes = ["data"]\n`, "`[deploy.container] volumes[0]` `data` is not an absolute path"],
    [
      `${HEAD}[deploy.container]\nstop_signal = "TERM"\n`,
      "`[deploy.container] stop_signal` `TERM` is not a signal such as `SIGTERM`",
    ],
    [
      `${HEAD}[deploy.container]\nregistry = "https://ghcr.io/acme"\n`,
      "is not a registry such as `ghcr.io/acme`, without a scheme, a tag or a slash at its end",
    ],
    [`${HEAD}[deploy.container]\nimage_name = "Shop"\n`, "`[deploy.container] image_name` `Shop` is not an image name"],
    [`${HEAD}[deploy.container]\nplatforms = []\n`, "`[deploy.container] platforms` is empty"],
    [`${HEAD}[deploy.container]\nhealthcheck = {}\n`, "`[deploy.container] healthcheck` needs either `command` or `http`"],
    [`${HEAD}[deploy.container]\nhealthcheck = { command = ["x"], http = "/" }\n`, "needs either `command` or `http`"],
    [
      `${HEAD}[deploy.container]\nhealthcheck = { command = ["x"], port = 1 }\n`,
      "has a `port`, which only an `http` check uses",
    ],
    [
      `${HEAD}[deploy.container]\nhealthcheck = { command = ["x"], interval = "soon" }\n`,
      "`[deploy.container] healthcheck.interval` `soon` is not a duration",
    ],
    [
      `${HEAD}[deploy.container]\nbuild_args = [["A"]]\n`,
      "`[deploy.container] build_args[0]` is not a pair of a name and a value",
    ],
    [
      `${HEAD}[deploy.container]\npackages = ["-x"]\n`,
      "`[deploy.container] packages[0]` `-x` is not the name of a system package",
    ],
    [
      `${HEAD}[deploy.environments.Prod]\n`,
      "MANIFEST_INVALID Vox.toml:3:1: `Prod` in `[deploy.environments]` is not the name of an environment: a-z, 0-9 and single `-`, `_`, `.`",
    ],
    [
      `${HEAD}[deploy.environments.prod.container]\nbase_imag = "x"\n`,
      "MANIFEST_INVALID Vox.toml:4:1: unknown key `base_imag` in `[deploy.environments.prod.container]` (did you mean `base_image`?)",
    ],
    [`${HEAD}[deploy.environments.prod]\nenvironments = {}\n`, "unknown key `environments` in `[deploy.environments.prod]`"],
  ])("%j", (text, expected) => {
    expect(refusalOf(text)).toContain(expected);
  });
});

describe("{ workspace = true }", () => {
  const ROOT = `[workspace]
members = ["packages/*"]
[workspace.package]
version = "3.0.0"
license = "MIT"
authors = ["Team"]
[workspace.dependencies]
router = { version = "2", features = ["tls"] }
bare = { version = "1", default-features = false }
shared = { path = "packages/shared", version = "1.2" }
far = { path = "../far" }
`;
  const { inheritable } = parse(ROOT);
  if (!inheritable) throw new Error("the root has [workspace]");
  const workspace = { ...inheritable, folder: "packages/app" };
  const member = (text: string) => parse(`${HEAD}${text}`, { workspace }).manifest;

  test("takes fields of the package from [workspace.package]", () => {
    expect(
      member("version = { workspace = true }\nlicense.workspace = true\nauthors = { workspace = true }\n").package,
    ).toMatchObject({
      version: "3.0.0",
      license: "MIT",
      authors: ["Team"],
    });
  });

  test("takes a requirement from [workspace.dependencies], adds features, and writes a path anew for the member", () => {
    const { requirements, publishedRanges } = member(
      '[dependencies]\nrouter = { workspace = true, features = ["json"], optional = true }\nshared.workspace = true\nfar = { workspace = true }\nbare = { workspace = true, default-features = true }\n',
    );
    expect(requirements).toEqual([
      expect.objectContaining({ name: "bare", defaultFeatures: true }),
      expect.objectContaining({ name: "far", source: { kind: "path", path: "../../../far" } }),
      expect.objectContaining({
        name: "router",
        features: ["json", "tls"],
        optional: true,
        source: { kind: "registry", registry: "default", range: "^2" },
      }),
      expect.objectContaining({ name: "shared", source: { kind: "path", path: "../shared" } }),
    ]);
    expect(publishedRanges).toEqual({ shared: "^1.2" });
  });

  test("works in the root itself", () => {
    expect(
      parse(`${ROOT}[package]\nname = "root"\nversion = { workspace = true }\n[dependencies]\nshared = { workspace = true }\n`)
        .manifest,
    ).toMatchObject({
      package: { version: "3.0.0" },
      requirements: [{ source: { path: "packages/shared" } }],
    });
  });

  test.each([
    [
      "homepage = { workspace = true }\n",
      "MANIFEST_INVALID Vox.toml:3:1: `[package] homepage` cannot be inherited: [workspace.package] of `Vox.toml` has no `homepage` (add it there)",
    ],
    [
      "[dependencies]\nroutr = { workspace = true }\n",
      "MANIFEST_INVALID Vox.toml:4:1: `[dependencies] routr` cannot be inherited: [workspace.dependencies] of `Vox.toml` has no `routr` (did you mean `router`?)",
    ],
    [
      '[dependencies]\nrouter = { workspace = true, version = "1" }\n',
      "`[dependencies] router` cannot have both `workspace` and `version`",
    ],
    [
      "[dependencies]\nrouter = { workspace = true, default-features = false }\n",
      "`[dependencies] router.default-features` cannot turn off what the workspace has on",
    ],
  ])("%j is refused", (text, expected) => {
    expect(refusalOf(`${HEAD}${text}`, { workspace })).toContain(expected);
  });
});
