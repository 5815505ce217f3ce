import { createHash } from "node:crypto";
import { streamOf } from "../../src/core/byte-stream.ts";
import type { GitSnapshot, TreeEntry } from "../../src/pm/git/git-sources.ts";
import type { Planted } from "./git-repository.ts";

/** A commit's files without git. */
export function memorySnapshot(files: Readonly<Record<string, Planted>>): GitSnapshot {
  const contents = new Map<string, Uint8Array>();
  const entries = Object.entries(files).map(([path, planted]): TreeEntry => {
    const bytes = Buffer.from(textOf(planted));
    const object = createHash("sha1").update(`${path}\n`).update(bytes).digest("hex");
    contents.set(object, bytes);
    const kind = typeof planted === "string" || "program" in planted ? "file" : "link" in planted ? "symlink" : "submodule";
    return { path, kind, executable: typeof planted === "object" && "program" in planted, object, sizeBytes: bytes.byteLength };
  });
  return {
    entries,
    open: ({ object }) => streamOf(contents.get(object) ?? new Uint8Array()),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function textOf(planted: Planted): string {
  if (typeof planted === "string") return planted;
  if ("program" in planted) return planted.program;
  return "link" in planted ? planted.link : "";
}
