import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { CHECKOUT } from "../support/vox-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "vox-release-"));
afterAll(() => rmSync(folder, { recursive: true }));

const script = (name: string, ...args: readonly string[]): string =>
  execFileSync(join(CHECKOUT, "scripts/ci", name), args, { cwd: CHECKOUT, encoding: "utf8" });

it("the files of a release are made, hold by their checksums, and start", () => {
  script("release-files", folder);
  expect(readdirSync(folder).map((name) => name.replace(/\d+\.\d+\.\d+/, "X"))).toEqual([
    "checksums.txt",
    "vox-X.cdx.json",
    "vox-X.tar.gz",
    "vox-X.tgz",
  ]);
  expect(script("check-release", folder)).toContain("is the newest there");
}, 180_000);

it("the same commit gives the same files", () => {
  const again = mkdtempSync(join(tmpdir(), "vox-release-"));
  try {
    script("release-files", again);
    const lines = (dir: string) => readFileSync(join(dir, "checksums.txt"), "utf8").split("\n");
    const bytes = (dir: string) => lines(dir).filter((line) => !line.endsWith(".cdx.json"));
    expect(bytes(again)).toEqual(bytes(folder));
  } finally {
    rmSync(again, { recursive: true });
  }
}, 180_000);

const run = (cwd: string, program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** The release of before with another version, in a folder with its checksums. */
function nextRelease(work: string): string {
  const [fresh, place] = [join(work, "fresh"), join(work, "next")];
  mkdirSync(fresh);
  mkdirSync(place);
  const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  run(fresh, "tar", "-xzf", join(folder, tarball), "--strip-components=1");
  const manifest = join(fresh, "package.json");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(/"version": "[^"]+"/, '"version": "9.9.9"'));
  run(fresh, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", place);
  writeFileSync(join(place, "vox-9.9.9.tar.gz"), "");
  const sums = run(place, "sha256sum", "vox-9.9.9.tgz", "vox-9.9.9.tar.gz");
  writeFileSync(join(place, "checksums.txt"), sums);
  return place;
}

it("what npm installed is replaced by npm, in the same prefix", () => {
  const work = mkdtempSync(join(tmpdir(), "vox-release-"));
  try {
    const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    const prefix = join(work, "prefix");
    run(work, "npm", "install", "--global", "--prefix", prefix, join(folder, tarball));
    const vox = join(prefix, "bin/vox");
    expect(run(work, vox, "upgrade", "--from", nextRelease(work), "--apply")).toContain(
      "vox 9.9.9 is installed in the place of",
    );
    expect(JSON.parse(readFileSync(join(prefix, "lib/node_modules/vox/package.json"), "utf8"))).toMatchObject({
      version: "9.9.9",
    });
    expect(run(work, vox, "--version")).toMatch(/^vox /);
    expect(readdirSync(prefix).toSorted()).toEqual(["bin", "lib"]);
  } finally {
    rmSync(work, { recursive: true });
  }
}, 240_000);
