import { expect, it } from "vitest";
import { ENGINE_STEP, runDemo, scrub, shownTranscript } from "../../scripts/demo-transcript.mjs";
import { requireService } from "../support/services.ts";

const docker = await requireService("docker");
if (docker !== undefined) process.env["DOCKER_HOST"] = docker;

const withoutEngine = (transcript: string): string => transcript.split(ENGINE_STEP)[0] ?? "";

it("prints at the demo what README.md shows of it", () => {
  const [printed, shown] = [runDemo(), shownTranscript() ?? ""];
  // Where it differs: `node scripts/demo-transcript.mjs` writes README.md anew.
  if (printed.includes("All of it ran.")) expect(scrub(printed)).toBe(shown);
  else expect(withoutEngine(scrub(printed))).toBe(withoutEngine(shown));
}, 180_000);
