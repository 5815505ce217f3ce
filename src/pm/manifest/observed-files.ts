import { mapConcurrent } from "../../core/concurrency.ts";
import { digestOf } from "../../core/digest.ts";
import type { ProjectFiles, ProjectWriter } from "./project-files.ts";

/** One question to a file system and what it answered; what was made of the answers alone holds as long as they do. */
export interface Observation {
  readonly ask: keyof ProjectFiles;
  /** As asked, from the base of the files. */
  readonly path: string;
  /** The digest of what was answered; `absent` for nothing. */
  readonly answer: string;
}

const ABSENT = "absent";

/** Files under way at one time. */
const ASKED_AT_ONCE = 32;

/** Notes all that is read through it. */
export class FileObserver {
  readonly #seen = new Map<string, Observation>();
  #contradicted = false;

  /** Undefined when something changed while it was read: then nothing holds. */
  get observations(): readonly Observation[] | undefined {
    return this.#contradicted ? undefined : [...this.#seen.values()];
  }

  /** The same files; `absolute` gives the path that a question is noted under. */
  observed(files: ProjectFiles & ProjectWriter, absolute: (path: string) => string): ProjectFiles & ProjectWriter {
    const note = <T extends Answer>(ask: keyof ProjectFiles, path: string, answer: T): T => {
      this.#note({ ask, path: absolute(path), answer: answerText(answer) });
      return answer;
    };
    return {
      readText: async (path) => note("readText", path, await files.readText(path)),
      listFolders: async (path) => note("listFolders", path, await files.listFolders(path)),
      realFolder: async (path) => note("realFolder", path, await files.realFolder(path)),
      writeAtomic: (path, text) => files.writeAtomic(path, text),
    };
  }

  #note(observation: Observation): void {
    const key = `${observation.ask} ${observation.path}`;
    const before = this.#seen.get(key);
    if (before && before.answer !== observation.answer) this.#contradicted = true;
    this.#seen.set(key, observation);
  }
}

/** Whether the files still answer as they did. */
export async function stillHold(files: ProjectFiles, observations: readonly Observation[]): Promise<boolean> {
  const same = await mapConcurrent(observations, ASKED_AT_ONCE, async ({ ask, path, answer }) => {
    return answerText(await files[ask](path)) === answer;
  });
  return same.every(Boolean);
}

type Answer = string | readonly string[] | undefined;

const answerText = (answer: Answer): string =>
  answer === undefined ? ABSENT : digestOf(typeof answer === "string" ? answer : JSON.stringify(answer));
