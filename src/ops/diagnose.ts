import { proveCompressor } from "../archive/compressor-proof.ts";
import { mapConcurrent } from "../core/concurrency.ts";
import { isVoxError } from "../errors/vox-error.ts";

/** What was found out about one thing that vox uses. */
export interface Diagnosis {
  readonly id: string;
  readonly ok: boolean;
  /** Every command needs it; what is not needed is told and fails nothing. */
  readonly needed: boolean;
  readonly detail: string;
  readonly hint?: string;
}

/** Asks the machine; each answer is a phrase for people, and a refusal is thrown. */
export interface DiagnosisPorts {
  readonly nodeVersion: string;
  readonly folders: { readonly cache: string; readonly data: string; readonly config: string };
  /** @throws {VoxError} CANNOT_WRITE */
  tryWriting(folder: string): Promise<void>;
  /** @throws {VoxError} CONFIG_INVALID */
  readConfiguration(): Promise<string>;
  programVersion(program: string): Promise<string>;
  engine(kind: "docker" | "podman"): Promise<string>;
  /** What would bring Compose files up, on the engine that vox would take. */
  compose(): Promise<string>;
  /** Which registry answers for names without one; it is not asked. */
  defaultRegistry(): Promise<string>;
}

export interface DiagnosisOptions {
  /** Only what every command needs; no network, no engine. */
  readonly probe: boolean;
  readonly oldestNode: string;
}

/** Looks at everything, and stops at nothing. */
export function diagnose(ports: DiagnosisPorts, options: DiagnosisOptions): Promise<readonly Diagnosis[]> {
  const questions = options.probe ? needed(ports, options) : [...needed(ports, options), ...useful(ports)];
  return mapConcurrent(questions, 4, answered);
}

interface Question {
  readonly id: string;
  readonly needed: boolean;
  readonly ask: () => Promise<string>;
}

const needed = (ports: DiagnosisPorts, { oldestNode }: DiagnosisOptions): readonly Question[] => {
  const { folders } = ports;
  const folder = (id: string, path: string): Question => ({
    id,
    needed: true,
    ask: async () => {
      await ports.tryWriting(path);
      return path;
    },
  });
  return [
    { id: "node", needed: true, ask: () => Promise.resolve(`${ports.nodeVersion}, ${oldestNode} or newer is needed`) },
    folder("cache", folders.cache),
    { id: "configuration", needed: true, ask: () => ports.readConfiguration() },
    { id: "compressor", needed: true, ask: () => proveCompressor().then(() => "its bytes are those of official Node builds") },
  ];
};

const useful = (ports: DiagnosisPorts): readonly Question[] => [
  {
    id: "data",
    needed: false,
    ask: async () => {
      await ports.tryWriting(ports.folders.data);
      return ports.folders.data;
    },
  },
  { id: "registry", needed: false, ask: () => ports.defaultRegistry() },
  { id: "docker", needed: false, ask: () => ports.engine("docker") },
  { id: "podman", needed: false, ask: () => ports.engine("podman") },
  { id: "compose", needed: false, ask: () => ports.compose() },
  { id: "git", needed: false, ask: () => ports.programVersion("git") },
];

async function answered({ id, needed: isNeeded, ask }: Question): Promise<Diagnosis> {
  try {
    return { id, needed: isNeeded, ok: true, detail: await ask() };
  } catch (error) {
    if (!isVoxError(error)) throw error;
    return {
      id,
      needed: isNeeded,
      ok: false,
      detail: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
}
