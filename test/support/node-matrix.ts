import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { leaveOut } from "./services.ts";
import { at, CHECKOUT } from "./vox-cli.ts";

export interface OtherNode {
  readonly version: string;
  readonly binary: string;
}

function listing(majors: readonly string[]): unknown {
  const script = join(CHECKOUT, "scripts/node-matrix.mjs");
  // With one missing it ends with 1 and has printed its document.
  return JSON.parse(spawnSync(process.execPath, [script, ...majors, "--json"], { encoding: "utf8" }).stdout);
}

/** The Nodes of other majors that can be had; says which cannot, and with VOX_REQUIRE_SERVICES=1 fails. */
export function otherNodes(majors: readonly string[]): readonly OtherNode[] {
  const listed = listing(majors);
  return majors.flatMap((major, index) => {
    const [version, binary] = [at(listed, index, "version"), at(listed, index, "binary")];
    if (typeof version === "string" && typeof binary === "string") return [{ version, binary }];
    leaveOut(`Node ${major}`, String(at(listed, index, "missing")));
    return [];
  });
}
