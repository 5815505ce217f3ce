import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LEFT_OUT_FILE } from "./left-out.ts";

let folder: string;

/** Before the first test file: where they note what they leave out. */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), "vox-left-out-"));
  const file = join(folder, "notes");
  writeFileSync(file, "");
  process.env[LEFT_OUT_FILE] = file;
}

/** After the last one: each thing that was missing, with how many test files wanted it. */
export function teardown(): void {
  const notes = readFileSync(join(folder, "notes"), "utf8").split("\n").filter(Boolean);
  rmSync(folder, { recursive: true });
  for (const note of [...new Set(notes)].sort()) {
    const files = notes.filter((other) => other === note).length;
    console.log(`left out in ${files} ${files === 1 ? "file" : "files"}: what needs ${note}`);
  }
}
