import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
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
