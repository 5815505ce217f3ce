import { type Lane, LANES } from "../../config/lock-mode.ts";
import { SEVERITIES, type Severity } from "../../config/severity.ts";
import { nearestWord } from "../../core/nearest-word.ts";
import { type ErrorCode } from "../../errors/catalogue.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { type Invariant, type InvariantId, INVARIANTS } from "./invariant.ts";

/** How strictly somebody wants invariants held, by lane and id: a project in Vox.toml, a machine in `policy.toml`. */
export interface Tightening {
  /** For people: the file, or the table of a file. */
  readonly source: string;
  readonly file: string;
  /** What a fault in it is. */
  readonly code: Extract<ErrorCode, "MANIFEST_INVALID" | "CONFIG_INVALID">;
  readonly lanes: Readonly<Partial<Record<Lane, Readonly<Record<string, Severity>>>>>;
}

export type Severities = ReadonlyMap<InvariantId, Severity>;

/**
 * How strictly each invariant is held in a lane: as the policy says, or more so where somebody asks; never less.
 * @throws {VoxError} MANIFEST_INVALID, CONFIG_INVALID for an invariant that there is none of, and for a lane that would be loosened
 */
export function severitiesIn(lane: Lane, tightenings: readonly Tightening[]): Severities {
  for (const tightening of tightenings) refuseFaults(tightening);
  return new Map(
    INVARIANTS.map(({ id, lanes }) => [
      id,
      strictest([lanes[lane], ...tightenings.map((by) => by.lanes[lane]?.[id] ?? "off")]),
    ]),
  );
}

/** Those alone of the severities. */
export const only = (severities: Severities, ids: readonly InvariantId[]): Severities =>
  new Map(ids.map((id) => [id, severities.get(id) ?? "off"]));

function refuseFaults(tightening: Tightening): void {
  for (const lane of LANES) {
    for (const [id, severity] of Object.entries(tightening.lanes[lane] ?? {})) {
      const invariant = INVARIANTS.find((known) => known.id === id);
      if (!invariant) throw unknownInvariant(tightening, lane, id);
      refuseLooser(tightening, lane, invariant, severity);
    }
  }
}

function unknownInvariant({ code, source, file }: Tightening, lane: Lane, id: string): VoxError {
  const near = nearestWord(
    id,
    INVARIANTS.map((known) => known.id),
  );
  return new VoxError(code, `${source} names \`${id}\` in \`${lane}\`, which is no invariant`, {
    place: { file },
    hint: near === undefined ? "`vox ci portability --list` lists them" : `did you mean \`${near}\`?`,
  });
}

function refuseLooser({ code, source, file }: Tightening, lane: Lane, { id, lanes }: Invariant, severity: Severity): void {
  if (SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(lanes[lane])) return;
  throw new VoxError(code, `${source} makes \`${id}\` \`${severity}\` in \`${lane}\`, where it is \`${lanes[lane]}\``, {
    place: { file },
    hint: "take that line out: a lane can be tightened and not loosened",
  });
}

const strictest = (severities: readonly Severity[]): Severity =>
  SEVERITIES.findLast((severity) => severities.includes(severity)) ?? "off";
