import { VoxError } from "../../errors/vox-error.ts";
import type { TransferOptions } from "../../oci/content-store.ts";
import type { Actor } from "./actor.ts";
import { headOf, nextSequence, type StoredRecord } from "./chain.ts";
import { judgeClaim } from "./claim.ts";
import { appendRecord, type HistoryRepository, readHistory } from "./history.ts";
import type { DeploymentRecord } from "./record.ts";

/** Where an environment's records are. */
export interface HistoryPlace {
  readonly repository: HistoryRepository;
  readonly environment: string;
  readonly keep: number;
}

export interface ClaimPorts extends TransferOptions {
  readonly actor: Actor;
  /** RFC 3339. */
  now(): string;
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

/** What is about to be recorded; its place in the history is found when it is. */
export type RecordDraft = Omit<DeploymentRecord, "environment" | "sequence" | "previous" | "actor" | "process" | "at">;

export interface ClaimOptions {
  /** Goes on although somebody else's deployment has not ended, because it never will. */
  readonly takeOver: boolean;
}

const ROUNDS = 20;
const PAUSE_MS = 500;

/**
 * Adds the record that begins a deployment, or is all of it, and makes sure that nobody else's began at the same time.
 * @throws {VoxError} DEPLOY_BUSY after saying so in the history, when somebody else did; and what the repository throws
 */
export async function claimDeployment(
  place: HistoryPlace,
  { head, draft }: { readonly head: StoredRecord | undefined; readonly draft: RecordDraft },
  ports: ClaimPorts,
): Promise<StoredRecord> {
  const { actor } = ports;
  const mine = await appendRecord(
    place.repository,
    {
      ...draft,
      environment: place.environment,
      sequence: nextSequence(head),
      ...(head && { previous: head.digest }),
      actor: actor.name,
      ...(draft.result === "started" && { process: actor.process }),
      at: ports.now(),
    },
    signalOf(ports),
  );
  const rival = await rivalOf(mine, place, ports);
  if (rival === undefined) return mine;
  await endDeployment(place, mine, { result: "yielded", cause: `yielded to ${rival.record.actor}` }, ports);
  throw busy(place, rival);
}

/** Adds the record that ends a deployment. */
export const endDeployment = (
  place: HistoryPlace,
  start: StoredRecord,
  end: Pick<DeploymentRecord, "result" | "cause">,
  ports: Pick<ClaimPorts, "now" | "signal">,
): Promise<StoredRecord> => {
  const { process: _, ...record } = start.record;
  return appendRecord(place.repository, { ...record, ...end, previous: start.digest, at: ports.now() }, signalOf(ports));
};

/**
 * The record that the next one follows, once nobody is at work any more: a start whose process is gone, or that is taken over, was cut off.
 * @throws {VoxError} DEPLOY_BUSY
 */
export function freeHead(
  records: readonly StoredRecord[],
  place: HistoryPlace,
  { actor, takeOver }: ClaimOptions & { readonly actor: Actor },
): StoredRecord | undefined {
  const head = headOf(records);
  if (head?.record.result !== "started" || takeOver || isCutOff(head.record, actor)) return head;
  throw busy(place, head);
}

function isCutOff(record: DeploymentRecord, actor: Actor): boolean {
  if (record.actor !== actor.name || record.process === undefined) return false;
  return record.process === actor.process || !actor.isAlive(record.process);
}

async function rivalOf(mine: StoredRecord, place: HistoryPlace, ports: ClaimPorts): Promise<StoredRecord | undefined> {
  for (let round = 1; ; round += 1) {
    const window = { since: mine.record.sequence, known: [mine], ...signalOf(ports) };
    const records = await readHistory(place.repository, place.environment, window);
    const verdict = judgeClaim(mine, records);
    if (verdict.kind === "won") return undefined;
    if (verdict.kind === "lost" || round === ROUNDS) return verdict.rival;
    await ports.sleep(PAUSE_MS, ports.signal);
  }
}

function busy({ environment }: HistoryPlace, { record }: StoredRecord): VoxError {
  const { actor, at, sequence, result } = record;
  if (result !== "started")
    return new VoxError("DEPLOY_BUSY", `${actor} deployed to \`${environment}\` at the same moment: deployment ${sequence}`);
  return new VoxError("DEPLOY_BUSY", `${actor} is deploying to \`${environment}\` since ${at}: deployment ${sequence}`, {
    hint: `wait for it, or run \`vox deploy ${environment} --take-over\` when it is known to be dead`,
  });
}

const signalOf = ({ signal }: TransferOptions): TransferOptions => (signal ? { signal } : {});
