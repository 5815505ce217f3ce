import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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
