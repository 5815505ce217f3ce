import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyReferrers } from "../../src/oci/copy-referrers.ts";
import { copyGraph } from "../../src/oci/copy.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { RemoteStore } from "../../src/oci/remote-store.ts";
import { imageOf, piecesOf, pushAll, referrerTo } from "../support/oci-graph.ts";
import { findOracle, startOracleRegistry } from "../support/oracles.ts";
import { clientOf } from "../support/remote-subject.ts";
import { requireService } from "../support/services.ts";

const run = promisify(execFile);
const OURS = "application/vnd.example.ours";
const THEIRS = "application/vnd.example.theirs";
const oras = findOracle("oras");
const program = findOracle("referrers-registry");
const service = await requireService("registry");

describe.skipIf(oras === undefined).each([
  { name: "the distribution's registry, which has no referrers API", host: async () => service, close: () => {} },
  { name: "go-containerregistry's registry, which has it", host: () => startRegistry(), close: () => stopRegistry() },
])("oras and vox on $name", ({ host: start, close }) => {
  let folder: string;
  let host: string | undefined;
  const repository = `referrers-oracle/${process.pid}-${Math.trunc(performance.timeOrigin)}`;
  const image = imageOf("a", ["layer"]);
  const subject = image.manifest.descriptor;
  const note = referrerTo(subject, "ours", { artifactType: OURS });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "vox-oracle-"));
    host = await start();
  });
  afterAll(() => {
    close();
    rmSync(folder, { recursive: true });
  });

  const store = (): RemoteStore => new RemoteStore(clientOf(host ?? ""), repository, { access: "push" });
  const ask = async (...args: readonly string[]): Promise<string> => (await run(oras ?? "", [...args], { cwd: folder })).stdout;

  it("find what the other attached", async ({ skip }) => {
    if (host === undefined) return skip();
    await pushAll(store(), [...piecesOf(image), ...piecesOf(note)]);
    await store().tag(subject, "v1");
    await store().attach([note.manifest.descriptor]);
    writeFileSync(join(folder, "note.txt"), "theirs\n");
    await ask("attach", "--plain-http", "--artifact-type", THEIRS, `${host}/${repository}:v1`, "note.txt:text/plain");
    const found: unknown = JSON.parse(await ask("discover", "--plain-http", "--format", "json", `${host}/${repository}:v1`));
    expect(JSON.stringify(found)).toContain(note.manifest.descriptor.digest);
    const listed = await store().referrers(subject.digest);
    expect(listed.map(({ digest }) => digest)).toContain(note.manifest.descriptor.digest);
    expect(listed).toHaveLength(2);
    // go-containerregistry lists the config's type in the manifest's place, so a registry's word on types is left aside there.
    if (host === service) expect(listed.map(({ artifactType }) => artifactType).toSorted()).toEqual([OURS, THEIRS]);
    await store().attach([note.manifest.descriptor]);
    expect(await store().referrers(subject.digest)).toEqual(listed);
  });

  it("copy it: oras finds in a layout of ours what was attached", async ({ skip }) => {
    if (host === undefined) return skip();
    const layout = new FsLayoutStore(join(folder, "layout"));
    await copyGraph(store(), layout, subject);
    await layout.tag(subject, "v1");
    expect((await copyReferrers(store(), layout, [subject])).count).toBe(2);
    const found = await ask("discover", "--oci-layout", "--format", "json", `${join(folder, "layout")}:v1`);
    for (const type of [OURS, THEIRS]) expect(found).toContain(type);
  });
});

let running: { readonly host: string; close(): void } | undefined;

async function startRegistry(): Promise<string | undefined> {
  if (program === undefined) return undefined;
  running = await startOracleRegistry(program);
  return running.host;
}

const stopRegistry = (): void => running?.close();
