import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { streamOf } from "../../../src/core/byte-stream.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { ociDocument } from "../../../src/pm/registry/package-artifact.ts";
import { createRepository, type GitRepository } from "../../support/git-repository.ts";
import { at, createDesk, type Desk, type RunOptions, succeeded, textAt, type VoxRun } from "../../support/vox-cli.ts";

const CREDENTIALS = `deploy:${"x".repeat(4)}@`;

describe("the provenance of a published package", () => {
  let desk: Desk;
  let lib: GitRepository;
  let revision: string;
  const registry = (): string => join(desk.folder, "registry");
  const layout = (name = "lib"): FsLayoutStore => new FsLayoutStore(join(registry(), name));
  const blob = (digest: string, name = "lib"): unknown =>
    JSON.parse(readFileSync(join(registry(), name, "blobs", digest.replace(":", "/")), "utf8"));
  const publish = (options: RunOptions = {}, ...args: readonly string[]): Promise<VoxRun> =>
    desk.vox(["pm", "publish", "--json", ...args], {
      cwd: lib.dir,
      ...options,
      env: { VOX_REGISTRY: `file:${registry()}`, ...options.env },
    });
  const statementOf = (run: VoxRun): unknown => {
    const record = blob(textAt(succeeded(run).json(), "provenance"));
    return blob(textAt(record, "layers", 0, "digest"));
  };
  const provenance = (...args: readonly string[]): Promise<VoxRun> =>
    desk.vox(["ci", "pm-provenance", ...args], { cwd: join(desk.folder, "app"), env: { VOX_REGISTRY: `file:${registry()}` } });
  const findings = (run: VoxRun): readonly unknown[] => {
    const found = at(run.json(), "findings");
    if (!Array.isArray(found)) throw new Error(run.stdout + run.stderr);
    return [run.exitCode, ...found.map((finding: unknown) => [at(finding, "severity"), at(finding, "id")])];
  };
  const lock = async (): Promise<void> => {
    mkdirSync(join(desk.folder, "app"), { recursive: true });
    writeFileSync(join(desk.folder, "app/Vox.toml"), '[package]\nname = "app"\n[dependencies]\nlib = "1"\n');
    succeeded(await desk.vox(["lock"], { cwd: join(desk.folder, "app"), env: { VOX_REGISTRY: `file:${registry()}` } }));
  };

  beforeEach(() => {
    desk = createDesk();
    lib = createRepository(join(desk.folder, "lib"));
    revision = lib.commit({
      "Vox.toml": `[package]\nname = "lib"\nversion = "1.0.0"\nrepository = "https://${CREDENTIALS}git.example.com/acme/lib"\nbuild = ["true", "--all"]\n`,
      "index.js": "export const answer = 42;\n",
    });
  });
  afterEach(() => desk.remove());

  it("is an unsigned statement, attached to what the tag names", async () => {
    const document = succeeded(await publish()).json();
    const [entry] = await layout().referrers((await layout().resolve("1.0.0"))?.digest ?? digestOf(""));
    expect(entry).toMatchObject({ digest: textAt(document, "provenance"), artifactType: "application/vnd.in-toto+json" });
    expect(blob(textAt(document, "provenance"))).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.in-toto+json",
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf("{}"), size: 2 },
      layers: [
        {
          mediaType: "application/vnd.in-toto+json",
          digest: expect.stringMatching(/^sha256:/),
          size: expect.any(Number),
          annotations: { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v1" },
        },
      ],
      subject: {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        digest: textAt(document, "manifest"),
        size: expect.any(Number),
      },
      annotations: { "in-toto.io/predicate-type": "https://slsa.dev/provenance/v1" },
    });
  });

  it("tells commit, build and archive, and nothing of the machine, the user, the clock or a credential", async () => {
    const run = await publish();
    const document = run.json();
    const hex = (...path: readonly (string | number)[]): string => textAt(document, ...path).slice("sha256:".length);
    const statement = statementOf(run);
    expect(statement).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "lib@1.0.0", digest: { sha256: hex("manifest") } }],
      predicateType: "https://slsa.dev/provenance/v1",
      predicate: {
        buildDefinition: {
          buildType: "https://vox.dev/build-types/pm-publish/v1",
          externalParameters: {
            name: "lib",
            version: "1.0.0",
            kind: "library",
            platforms: [],
            build: ["true", "--all"],
            allowDirty: false,
          },
          internalParameters: { compressor: expect.any(String) },
          resolvedDependencies: [{ uri: `git+https://git.example.com/acme/lib@${revision}`, digest: { gitCommit: revision } }],
        },
        runDetails: {
          builder: { id: "https://vox.dev/builders/local/v1", version: { vox: expect.any(String) } },
          byproducts: [
            {
              name: "lib@1.0.0",
              mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
              digest: { sha256: hex("archives", 0, "digest") },
              annotations: { diffId: textAt(document, "archives", 0, "diffId") },
            },
          ],
        },
      },
    });
    expect(JSON.stringify(statement)).not.toContain(desk.folder);
    expect(JSON.stringify(statement)).not.toContain("deploy");
  });

  it("is the same for the same commit and SOURCE_DATE_EPOCH, and tells a job from a desk", async () => {
    const env = { SOURCE_DATE_EPOCH: "1700000000" };
    const first = succeeded(await publish({ env })).json();
    const again = { ...env, VOX_REGISTRY: `file:${registry()}-2`, CI: "true" };
    const job = succeeded(await publish({ env: again })).json();
    const second = succeeded(await publish({ env: { ...env, VOX_REGISTRY: `file:${registry()}-3` } })).json();
    expect(textAt(second, "provenance")).toBe(textAt(first, "provenance"));
    expect(textAt(job, "manifest")).toBe(textAt(first, "manifest"));
    expect(textAt(job, "provenance")).not.toBe(textAt(first, "provenance"));
    const text = JSON.stringify(blob(textAt(blob(textAt(first, "provenance")), "layers", 0, "digest")));
    expect(text).toContain('"startedOn":"2023-11-14T22:13:20Z"');
  });

  it("names each platform's manifest", async () => {
    const text = readFileSync(join(lib.dir, "Vox.toml"), "utf8");
    lib.commit({ "Vox.toml": `${text}platforms = ["linux/amd64", "linux/arm64"]\n` });
    const statement = statementOf(await publish());
    expect([0, 1, 2].map((index) => at(statement, "subject", index, "name"))).toEqual([
      "lib@1.0.0",
      "lib@1.0.0?platform=linux/amd64",
      "lib@1.0.0?platform=linux/arm64",
    ]);
    await lock();
    expect(findings(await provenance("--strict", "--json"))).toEqual([0]);
  });

  it("passes `vox ci pm-provenance --strict`", async () => {
    succeeded(await publish());
    await lock();
    expect(findings(await provenance("--strict", "--json"))).toEqual([0]);
    expect(succeeded(await provenance("--strict")).stdout).toBe("ok: 9 checks found nothing\n");
  });

  it("that is dirty is advice, and with `--strict` a fault", async () => {
    writeFileSync(join(lib.dir, "index.js"), "changed");
    succeeded(await publish({}, "--allow-dirty"));
    await lock();
    expect(findings(await provenance("--json"))).toEqual([0, ["warning", "provenance-clean"]]);
    expect(findings(await provenance("--strict", "--json"))).toEqual([1, ["error", "provenance-clean"]]);
  });

  it("that is missing is advice, and with `--strict` a fault, at its entry in vox.lock", async () => {
    succeeded(await publish());
    const index = join(registry(), "lib/index.json");
    const { manifests, ...rest }: { manifests: { annotations?: object }[] } = JSON.parse(readFileSync(index, "utf8"));
    writeFileSync(
      index,
      JSON.stringify({
        ...rest,
        manifests: manifests.filter(({ annotations }) => JSON.stringify(annotations ?? {}).includes("ref.name")),
      }),
    );
    await lock();
    expect(findings(await provenance("--json"))).toEqual([0, ["warning", "provenance-present"]]);
    const strict = await provenance("--strict", "--json");
    expect(findings(strict)).toEqual([1, ["error", "provenance-present"]]);
    const line = readFileSync(join(desk.folder, "app/vox.lock"), "utf8").split("\n").indexOf("[[package]]") + 1;
    expect([at(strict.json(), "findings", 0, "file"), at(strict.json(), "findings", 0, "line")]).toEqual(["vox.lock", line]);
    expect((await provenance("--strict", "--format", "github")).stdout).toMatch(
      new RegExp(
        `^::error file=vox.lock,line=${line},title=provenance-present::\`lib@1.0.0\` of registry \`default\`: no provenance`,
      ),
    );
    const sarif: unknown = JSON.parse((await provenance("--strict", "--format", "sarif")).stdout);
    expect(at(sarif, "runs", 0, "results", 0, "ruleId")).toBe("provenance-present");
    expect(at(sarif, "runs", 0, "tool", "driver", "rules", 0, "id")).toBe("provenance-present");
  });

  it.each([
    [
      "is about something else",
      (text: string) =>
        text.replace(/"subject":\[\{"digest":\{"sha256":"[0-9a-f]{8}/, (start) => `${start.slice(0, -8)}00000000`),
      "provenance-subject",
    ],
    ["names another version", (text: string) => text.replace('"version":"1.0.0"', '"version":"1.0.1"'), "provenance-package"],
    [
      "names another archive",
      (text: string) => text.replace(/"diffId":"sha256:[0-9a-f]{8}/, '"diffId":"sha256:00000000'),
      "provenance-archives",
    ],
    [
      "names another commit",
      (text: string) => text.replace(/"gitCommit":"[0-9a-f]{8}/, '"gitCommit":"00000000'),
      "provenance-source",
    ],
    ["is no statement", (text: string) => text.slice(1), "provenance-form"],
    ["is of another build", (text: string) => text.replace("pm-publish/v1", "pm-publish/v9"), "provenance-form"],
    ["is of an unknown builder", (text: string) => text.replace("builders/local", "builders/elsewhere"), "provenance-builder"],
  ])("that %s is a fault", async (_what, change, check) => {
    const document = succeeded(await publish()).json();
    await replaceRecord(document, change);
    await lock();
    expect(findings(await provenance("--strict", "--json"))).toEqual([1, ["error", check]]);
  });

  /** Takes the record out and attaches what a change makes of it. */
  async function replaceRecord(document: unknown, change: (text: string) => string): Promise<void> {
    const record = textAt(document, "provenance");
    const manifest = blob(record);
    const statement = textAt(manifest, "layers", 0, "digest");
    const bytes = Buffer.from(change(readFileSync(join(registry(), "lib/blobs", statement.replace(":", "/")), "utf8")));
    const layer = { mediaType: "application/vnd.in-toto+json", digest: digestOf(bytes), size: bytes.length };
    await layout().push(layer, streamOf(bytes));
    const json = JSON.parse(
      JSON.stringify(manifest)
        .replace(statement, layer.digest)
        .replace(/("application\/vnd.in-toto\+json","size":)\d+/, `$1${bytes.length}`),
    );
    const size = Number(at(manifest, "layers", 0, "size"));
    const other = ociDocument(
      "application/vnd.oci.image.manifest.v1+json",
      JSON.parse(JSON.stringify(json).replace(`"size":${size}`, `"size":${bytes.length}`)),
    );
    await layout().push(other.descriptor, streamOf(other.bytes));
    await layout().attach([other.descriptor]);
    const index = join(registry(), "lib/index.json");
    const { manifests, ...rest }: { manifests: { digest: string }[] } = JSON.parse(readFileSync(index, "utf8"));
    writeFileSync(index, JSON.stringify({ ...rest, manifests: manifests.filter(({ digest }) => digest !== record) }));
  }
});
