import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/* Whole processes, measured from outside. The contestants of a group take turns, so that what else the machine does falls on all alike. */

export interface Contestant {
  readonly label: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Before each run, untimed. */
  prepare?(): Promise<void>;
  /** What a run asked of a registry. */
  requests?(): number;
  /** What a run sent to a registry, in bytes. */
  sentBytes?(): number;
}

export interface Group {
  readonly title: string;
  /** The label that the others are put in relation to. */
  readonly against: string;
  readonly contestants: readonly Contestant[];
  /** After the runs, before any time is told: whether all did the same. */
  verify?(): Promise<void>;
}

/** One run of a process and of all that it started. */
interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The largest resident size of one process, in MiB; 0 where GNU time is not installed. */
  readonly peakMib: number;
}

const GNU_TIME = "/usr/bin/time";
const MEASURED = join(tmpdir(), `vox-bench-time-${process.pid}`);

/** Runs a group in rounds, the first one uncounted, and prints its table. */
export async function report({ title, against, contestants, verify }: Group, rounds: number): Promise<void> {
  const results = new Map(contestants.map(({ label }) => [label, [] as Run[]]));
  const counts = new Map<string, number>();
  const sent = new Map<string, number>();
  const sends = contestants.some(({ sentBytes }) => sentBytes !== undefined);
  for (let round = 0; round <= rounds; round += 1) {
    for (const contestant of contestants) {
      await contestant.prepare?.();
      const run = await measured(contestant);
      // The first round warms the disk's cache.
      if (round > 0) results.get(contestant.label)?.push(run);
      if (contestant.sentBytes) sent.set(contestant.label, contestant.sentBytes());
      if (contestant.requests) counts.set(contestant.label, contestant.requests());
    }
  }
  await verify?.();
  const base = median((results.get(against) ?? []).map(({ wallMs }) => wallMs));
  console.log(`\n## ${title} (${rounds} runs)\n`);
  console.log(
    `| what | min ms | median ms | × ${against} | CPU ms | peak MiB | requests |${sends ? " KiB sent |" : ""}\n` +
      `|---|---:|---:|---:|---:|---:|---:|${sends ? "---:|" : ""}`,
  );
  for (const [label, runs] of results) {
    const wall = runs.map(({ wallMs }) => wallMs);
    const columns = [
      label,
      Math.min(...wall).toFixed(0),
      median(wall).toFixed(0),
      (median(wall) / base).toFixed(2),
      median(runs.map(({ cpuMs }) => cpuMs)).toFixed(0),
      Math.max(...runs.map(({ peakMib }) => peakMib)).toFixed(0),
      counts.get(label) ?? "",
      ...(sends ? [((sent.get(label) ?? 0) / 1024).toFixed(0)] : []),
    ];
    console.log(`| ${columns.join(" | ")} |`);
  }
}

function measured({ command, cwd, env }: Contestant): Promise<Run> {
  const timed = existsSync(GNU_TIME) ? [GNU_TIME, "-f", "%U %S %M", "-o", MEASURED, ...command] : command;
  const [program = "", ...args] = timed;
  return new Promise((done, reject) => {
    const started = performance.now();
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      const wallMs = performance.now() - started;
      if (code === 0) done({ wallMs, ...resources() });
      else reject(new Error(`${command.join(" ")} ended with ${code}\n${Buffer.concat(said).toString("utf8")}`));
    });
  });
}

function resources(): Pick<Run, "cpuMs" | "peakMib"> {
  if (!existsSync(MEASURED)) return { cpuMs: 0, peakMib: 0 };
  const [user = 0, system = 0, peakKib = 0] = readFileSync(MEASURED, "utf8").trim().split(" ").map(Number);
  return { cpuMs: (user + system) * 1000, peakMib: peakKib / 1024 };
}

export function median(list: readonly number[]): number {
  const sorted = list.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The value of `--name VALUE` on the command line. */
export function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}
