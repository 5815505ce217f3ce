import type { Digest } from "../core/digest.ts";
import type { VersionStanding } from "../pm/lockfile/judge-standings.ts";
import type { Lockfile } from "../pm/lockfile/lockfile.ts";
import type { Known, YankedVersion } from "../policy/portability/facts.ts";
import { recallStandings } from "./known-standings.ts";
import type { LockHold } from "./lock-hold.ts";
import type { OpenProject } from "./open-project.ts";
import type { ImagePorts, RunPorts, StandingPorts } from "./ports.ts";

type YankPorts = StandingPorts & Pick<ImagePorts, "now"> & RunPorts;

/** The locked versions that are yanked today, by the registries' word; they are asked unless nobody may. */
export async function yankedVersions(
  project: OpenProject,
  { lock, digest }: { readonly lock: Lockfile; readonly digest: Digest },
  hold: LockHold,
  ports: YankPorts,
): Promise<Known<readonly YankedVersion[]>> {
  if (lock.packages.every(({ source }) => source.kind !== "registry")) return { value: [] };
  if (hold.mode === "frozen" || hold.offline) return rememberedYanks(digest, ports);
  const { askStandings } = await import("./ask-standings.ts");
  const asked = { lock, digest, ages: false, nowMs: Date.parse(ports.now()) };
  const { note, failure } = await askStandings(project, asked, ports);
  return failure === undefined
    ? { value: yanksAmong(note.standings) }
    : { unknown: `the registries could not be asked: ${failure}` };
}

/** The same by what is remembered, where no registry may be asked. */
async function rememberedYanks(
  lockDigest: Digest,
  { notes }: Pick<StandingPorts, "notes">,
): Promise<Known<readonly YankedVersion[]>> {
  const note = await recallStandings(lockDigest, notes);
  if (note?.complete) return { value: yanksAmong(note.standings) };
  return { unknown: "no registry may be asked now, and none was asked before by `vox ci portability`" };
}

const yanksAmong = (standings: readonly VersionStanding[]): readonly YankedVersion[] =>
  standings.flatMap(({ name, version, yanked, reason }) =>
    yanked ? [{ name, version, ...(reason !== undefined && { reason }) }] : [],
  );
