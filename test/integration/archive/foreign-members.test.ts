import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decompressLayer } from "../../../src/archive/decompress.ts";
import { type ForeignMember, foreignMembers } from "../../../src/archive/foreign-members.ts";
import { streamOf } from "../../../src/core/byte-stream.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "vox-foreign-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function listed(tar: Buffer, chunkBytes = 1000): Promise<ForeignMember[]> {
  const chunks = Array.from({ length: Math.ceil(tar.length / chunkBytes) }, (_, at) =>
    tar.subarray(at * chunkBytes, (at + 1) * chunkBytes),
  );
  const members: ForeignMember[] = [];
  for await (const member of foreignMembers(streamOf(...chunks))) members.push(member);
  return members;
}

const LONG = `${"long/".repeat(30)}${"n".repeat(120)}`;

function makeTar(format: string, owner: string): Buffer {
  const root = join(dir, "root");
  mkdirSync(join(root, "tmp"), { recursive: true });
  chmodSync(join(root, "tmp"), 0o1777);
  writeFileSync(join(root, "tmp/file"), Buffer.alloc(3000, "content"));
  mkdirSync(join(root, LONG), { recursive: true });
  symlinkSync(LONG, join(root, "link"));
  symlinkSync("usr/öpt", join(root, "öpt"));
  const args = ["-C", root, `--format=${format}`, `--owner=${owner}`, `--group=${owner}`, "--sort=name", "-cf", "-", "."];
  return execFileSync("tar", args, { maxBuffer: 64 << 20 });
}

describe("the members of a tar that GNU tar wrote", () => {
  it.each([
    ["gnu", 3_000_000],
    ["posix", 3_000_000],
    ["gnu", 1000],
    ["posix", 65_532],
  ])("are told with path, mode, owner and target: %s, owner %d", async (format, owner) => {
    const members = await listed(makeTar(format, `:${owner}`));
    const named = (path: string) => members.find((member) => member.path.replace(/^\.\//, "").replace(/\/$/, "") === path);
    expect(named("tmp")).toMatchObject({ kind: "directory", mode: 0o1777, uid: owner, gid: owner });
    expect(named("tmp/file")).toMatchObject({ kind: "other", mode: 0o644 });
    expect(named(LONG)).toMatchObject({ kind: "directory" });
    expect(named("link")).toMatchObject({ kind: "symlink", target: LONG });
    expect(named("öpt")).toMatchObject({ kind: "symlink", target: "usr/öpt" });
    expect(members.filter(({ kind }) => kind === "other")).toHaveLength(1);
  });

  it("are the same out of gzip, of several members too", async () => {
    const tar = makeTar("gnu", ":0");
    const gzip = Buffer.concat([gzipSync(tar.subarray(0, 1024)), gzipSync(tar.subarray(1024))]);
    const members: ForeignMember[] = [];
    for await (const member of foreignMembers(decompressLayer(streamOf(gzip), "gzip"))) members.push(member);
    expect(members).toEqual(await listed(tar));
  });

  it("stop at the archive's end, whatever follows", async () => {
    const tar = makeTar("gnu", ":0");
    expect(await listed(Buffer.concat([tar, Buffer.from("and more")]))).toEqual(await listed(tar));
  });

  it("are refused when the tar breaks off or a header is no header", async () => {
    const tar = makeTar("gnu", ":0");
    await expect(listed(tar.subarray(0, 700))).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
    await expect(listed(Buffer.from(readFileSync(import.meta.filename)))).rejects.toMatchObject({ code: "ARCHIVE_INVALID" });
  });
});
