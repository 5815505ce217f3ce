import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createRepository, type GitRepository } from "../support/git-repository.ts";
import {
  type Fault,
  type LoopbackRegistry,
  type RecordedRequest,
  startLoopbackRegistry,
} from "../support/loopback-registry.ts";
import { requireService } from "../support/services.ts";
import { layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const real = await requireService("registry");
const RELEASE = { env: { VOX_LANE: "release", VOX_SIGN_PASSWORD: "correct horse battery" } };

let shop: Storefront;
let git: GitRepository["git"];
let registry: LoopbackRegistry;
let fault: ((request: RecordedRequest) => Fault | undefined) | undefined;

const key = (name: string): string => join(shop.desk.folder, `${name}.key`);
const commit = (): void => {
  git("add", "--all");
  git("commit", "--quiet", "--allow-empty", "--message", "x");
};
const edit = (from: string, to: string): void => shop.edit("app/Vox.toml", from, to);
const inTable = (line: string): void => edit("[deploy.container]", `[deploy.container]\n${line}`);
const release = (...args: readonly string[]): Promise<VoxRun> =>
  shop.vox(["deploy", "--sign-key", key("team"), "--json", ...args], RELEASE);
const writes = (): readonly string[] =>
  registry.requests
    .filter(({ method }) => method !== "GET" && method !== "HEAD")
    .map(({ method, path }) => `${method} ${path}`);
const tags = async (): Promise<unknown> => {
  const answer = await fetch(`${registry.url}/v2/apps/storefront/tags/list`);
  return answer.ok ? at(await answer.json(), "tags") : [];
};

/** As `vox package` makes it of the sound project. */
function applicationLayer(): string {
  const layout = join(shop.desk.folder, "sound");
  const read = (path: string): unknown => JSON.parse(readFileSync(join(layout, path), "utf8"));
  const blob = (digest: string): unknown => read(`blobs/sha256/${digest.slice("sha256:".length)}`);
  const index = blob(textAt(read("index.json"), "manifests", 0, "digest"));
  const layers = Object.values(at(blob(textAt(index, "manifests", 0, "digest")), "layers") ?? {});
  return textAt(layers.at(-1), "digest");
}

function refused(run: VoxRun, id: string): void {
  expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([1, "POLICY_REFUSED"]);
  expect(textAt(run.json(), "error", "message")).toContain(`the release lane blocks on \`${id}\``);
}

beforeAll(async () => {
  registry = await startLoopbackRegistry({ fault: (request) => fault?.(request) });
  shop = await layLockedStorefront();
  for (const name of ["team", "other"])
    succeeded(await shop.vox(["keys", "generate", "--out", join(shop.desk.folder, name)], RELEASE));
  ({ git } = createRepository(shop.root));
  shop.write(".gitignore", ".vox_modules\ndist\nstamp.txt\n");
  inTable(`registry = "${registry.host}/apps"`);
  commit();
  git("tag", "sound");
  succeeded(await shop.vox(["package", "--out", join(shop.desk.folder, "sound")]));
});
afterEach(() => {
  fault = undefined;
  git("reset", "--quiet", "--hard", "sound");
  git("clean", "--quiet", "-fdx");
  rmSync(join(shop.desk.folder, "config"), { recursive: true, force: true });
  registry.repositories.clear();
  registry.requests.length = 0;
});
afterAll(async () => {
  shop.desk.remove();
  await registry[Symbol.asyncDispose]();
});

describe("`vox package` in the release lane", () => {
  it.each([
    ["packages", 'packages = ["curl"]'],
    ["run", 'run = ["true"]'],
  ])("takes no `%s` (`no-shell-steps`): that is refused before one is asked", async (field, line) => {
    inTable(`builder = "engine"\n${line}`);
    const run = await shop.vox(["package", "--json"], { env: { ...RELEASE.env, DOCKER_HOST: "unix:///nowhere.sock" } });
    refused(run, "no-shell-steps");
    expect(textAt(run.json(), "error", "message")).toContain(`\`${field}\` of [deploy.container] is forbidden`);
  });

  it("makes the same image as any other lane", async () => {
    const digests = [];
    for (const run of [{}, RELEASE])
      digests.push(textAt(succeeded(await shop.vox(["package", "--json"], run)).json(), "image", "digest"));
    expect(digests[1]).toBe(digests[0]);
  });
});

describe("`vox deploy` in the release lane refuses before anything is pushed", () => {
  it.each<[string, string, () => void, readonly string[]]>([
    ["tree-clean", "a tree that is not clean", () => shop.edit("app/server.js", "Welcome", "Hello"), []],
    ["files-tracked", "a file that git does not know", () => shop.write("app/extra.js", "export {};\n"), []],
    ["user-not-root", "root", () => edit('user = "65532:65532"', 'user = "root"'), []],
    ["no-shell-steps", "a shell's work", () => inTable('run = ["true"]'), []],
    ["metadata-complete", "an image that does not say what it is", () => edit("description = ", "homepage = "), []],
    [
      "licences-allowed",
      "a licence",
      () => edit("[deploy.container]", '[deploy.policy]\nlicenses = ["MIT"]\n[deploy.container]'),
      [],
    ],
    [
      "image-signed",
      "a key of a stranger",
      () => edit("[deploy.container]", '[deploy.policy]\nsigners = ["../../other.pub"]\n[deploy.container]'),
      [],
    ],
    ["image-signed", "an image that only an engine would hold", () => undefined, ["--load"]],
  ])("%s: %s", async (id, _what, change, args) => {
    change();
    if (id !== "tree-clean" && id !== "files-tracked") commit();
    refused(await release(...args), id);
    expect(writes()).toEqual([]);
  });

  it("image-signed: what nobody signs", async () => {
    refused(await shop.vox(["deploy", "--json"], RELEASE), "image-signed");
    expect(writes()).toEqual([]);
  });

  it("rebuild-same: what is another thing each time it is built", async () => {
    writeFileSync(
      join(shop.app, "stamp.js"),
      'import { writeFileSync } from "node:fs";\nwriteFileSync("stamp.txt", String(process.hrtime.bigint()));\n',
    );
    edit('kind = "application"', 'kind = "application"\nbuild = ["node", "stamp.js"]\ninclude = ["stamp.txt"]');
    commit();
    const run = await release();
    refused(run, "rebuild-same");
    expect(textAt(run.json(), "error", "message")).toContain("`app/stamp.txt`");
    expect(writes()).toEqual([]);
  });

  it("tells all that is wrong at once, and the same with --dry-run", async () => {
    edit('user = "65532:65532"', 'user = "root"');
    for (const args of [[], ["--dry-run"]]) {
      const run = await release(...args);
      refused(run, "tree-clean");
      expect(textAt(run.json(), "error", "causes", 0)).toMatch(/^tree-clean: .*\nuser-not-root: /);
    }
  });

  it("but a lock that is not fresh comes first", async () => {
    edit('http-router = "^2.3"', 'http-router = "^9.0"');
    expect(textAt((await release()).json(), "error", "code")).toBe("LOCK_STALE");
  });

  it("what the machine's policy forbids, in any lane", async () => {
    mkdirSync(join(shop.desk.folder, "config"));
    const policy = (text: string): void => writeFileSync(join(shop.desk.folder, "config/policy.toml"), text);
    const deploy = () => shop.vox(["deploy", "--json"]);
    policy('[local]\nimage-signed = "blocking"\n');
    expect(textAt((await deploy()).json(), "error", "message")).toContain("the local lane blocks on `image-signed`");
    policy('lane = "release"\n');
    refused(await deploy(), "image-signed");
    policy("lanes = 1\n");
    expect((await deploy()).exitCode).toBe(78);
    expect(writes()).toEqual([]);
  });
});

describe("`vox deploy` in the release lane reads back what was pushed", () => {
  it("and sets the tags where it holds; again, nothing is attested twice", async () => {
    const first = succeeded(await release()).json();
    expect(at(first, "tags")).toEqual(["production", expect.stringMatching(/^git-[0-9a-f]{12}$/), "1.4.0"]);
    const judged = ["ci", "portability", textAt(first, "image", "reference"), "--key", join(shop.desk.folder, "team.pub")];
    expect(at(succeeded(await shop.vox([...judged, "--json"], RELEASE)).json(), "findings")).toEqual([]);
    registry.requests.length = 0;
    expect(succeeded(await release()).json()).toMatchObject({ image: { digest: textAt(first, "image", "digest") } });
    expect(writes()).toEqual(["PUT /v2/apps/storefront/manifests/1.4.0"]);
  });

  it.each<[string, string, (request: RecordedRequest) => Fault | undefined]>([
    [
      "sbom-attached",
      "signatures that it forgot",
      ({ method, path }) =>
        method === "GET" && /\/(?:referrers|manifests)\/sha256[:-][0-9a-f]{64}$/.test(path) && /referrers|sha256-/.test(path)
          ? { kind: "status", status: 404 }
          : undefined,
    ],
    [
      "image-from-lock",
      "layers that are not what their digests say",
      ({ method, path }) => (method === "GET" && path.endsWith(applicationLayer()) ? { kind: "corrupt" } : undefined),
    ],
  ])("%s: no tag names what it holds with %s, and no deployment is recorded", async (id, _what, wrong) => {
    let pushed = false;
    fault = (request) => {
      pushed ||= request.method === "PUT" && request.path.includes("/manifests/");
      return pushed ? wrong(request) : undefined;
    };
    const run = await release();
    fault = undefined;
    refused(run, id);
    expect(writes().some((write) => write.includes("/manifests/sha256:"))).toBe(true);
    const named = await tags();
    expect(named).toEqual((Array.isArray(named) ? named : []).filter((tag) => String(tag).startsWith("sha256-")));
  });

  it("asks nothing of that in other lanes, and tells advice in `ci`", async () => {
    shop.edit("app/server.js", "Welcome", "Hello");
    const quiet = succeeded(await shop.vox(["deploy"]));
    expect(quiet.stderr).not.toContain("tree-clean");
    const told = succeeded(await shop.vox(["deploy"], { env: { CI: "true" } }));
    expect(told.stderr).toContain("warning[POLICY_ADVICE]: `tree-clean`: tracked files differ");
    expect(told.stderr).toContain("warning[POLICY_ADVICE]: `image-signed`: nobody signs the image");
  });
});

describe("`vox deploy --image` in the release lane", () => {
  const promote = (image: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = RELEASE.env) =>
    shop.vox(["deploy", "--image", image, "--json", ...args], { env });
  const policy = (text: string): void => {
    mkdirSync(join(shop.desk.folder, "config"), { recursive: true });
    writeFileSync(join(shop.desk.folder, "config/policy.toml"), text);
  };

  it("takes what somebody signed who is named, and nothing that nobody did", async () => {
    const image = textAt(succeeded(await release()).json(), "image", "reference");
    // What the sources have become does not matter: the image is what was tested.
    shop.edit("app/server.js", "Welcome", "Hello");
    refused(await promote(image), "sbom-attached");
    refused(await promote(image, ["--key", join(shop.desk.folder, "other.pub")]), "sbom-attached");
    succeeded(await promote(image, ["--key", join(shop.desk.folder, "team.pub")]));
    edit("[deploy.container]", '[deploy.policy]\nsigners = ["../../team.pub"]\n[deploy.container]');
    succeeded(await promote(image));
    policy('signers = ["../other.pub"]\n');
    const local = await promote(image, [], {});
    expect(textAt(local.json(), "error", "message")).toContain("the local lane blocks on");
    // Nor does it go back to what its own signers did not sign.
    const back = await shop.vox(["rollback", "--to", "1", "--json"]);
    expect([back.exitCode, textAt(back.json(), "error", "code")]).toEqual([1, "POLICY_REFUSED"]);
    policy('signers = ["../team.pub"]\n');
    succeeded(await promote(image, [], {}));
    succeeded(await shop.vox(["rollback", "--to", "1"]));
  });

  it("copies nothing that was tampered with, and lets no tag name a copy that is not what was copied", async () => {
    const image = textAt(succeeded(await release()).json(), "image", "reference");
    registry.requests.length = 0;
    fault = ({ method, path }) => (method === "GET" && path.endsWith(applicationLayer()) ? { kind: "corrupt" } : undefined);
    refused(await promote(image, ["--key", join(shop.desk.folder, "team.pub")]), "image-from-lock");
    expect(writes()).toEqual([]);
  });
});

describe.skipIf(real === undefined)("a release in a real registry", () => {
  it("has its version as a tag, which then names nothing else", async () => {
    edit(`registry = "${registry.host}/apps"`, `registry = "${real}/release-${randomUUID().slice(0, 8)}"`);
    commit();
    expect(at(succeeded(await release()).json(), "tags")).toContain("1.4.0");
    shop.edit("app/server.js", "Welcome", "Hello");
    commit();
    const run = await release();
    expect([run.exitCode, textAt(run.json(), "error", "code")]).toEqual([1, "VERSION_EXISTS"]);
    succeeded(await shop.vox(["deploy"]));
  });
});
