import { VoxError } from "../errors/vox-error.ts";
import type { CredentialKeeper, Credentials, Login } from "./credentials.ts";
import { parseHelperAnswer } from "./docker-credentials.ts";

/** Long enough for a person to unlock a key ring, in milliseconds. */
const TIMEOUT_MS = 60_000;
const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const HOLDS_NOTHING = /credentials not found/i;

export interface ProcessHelperOptions {
  /** The environment of the helpers, `PATH` among it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `docker-credential-NAME get|store|erase`, what it needs on its standard input, without a shell; what it prints is never repeated. */
export class ProcessCredentialHelper implements CredentialKeeper {
  readonly #options: ProcessHelperOptions;

  constructor(options: ProcessHelperOptions) {
    this.#options = options;
  }

  /** @throws {VoxError} CREDENTIALS_INVALID */
  async get(name: string, serverAddress: string): Promise<Credentials | undefined> {
    const answer = await this.#run(name, "get", serverAddress);
    if (answer.exitCode === 0) return parseHelperAnswer(Buffer.from(answer.stdout), `the answer of \`${programOf(name)}\``);
    if (HOLDS_NOTHING.test(`${answer.stdout}\n${answer.stderr}`)) return undefined;
    throw failed(name, answer);
  }

  async store(name: string, serverAddress: string, { username, secret }: Login): Promise<void> {
    const text = JSON.stringify({ ServerURL: serverAddress, Username: username, Secret: secret });
    const answer = await this.#run(name, "store", text);
    if (answer.exitCode !== 0) throw failed(name, answer);
  }

  async erase(name: string, serverAddress: string): Promise<void> {
    const answer = await this.#run(name, "erase", serverAddress);
    if (answer.exitCode !== 0) throw failed(name, answer);
  }

  async #run(name: string, verb: "get" | "store" | "erase", input: string): Promise<HelperAnswer> {
    if (!HELPER_NAME.test(name))
      throw new VoxError("CREDENTIALS_INVALID", `\`${name}\` is not the name of a credential helper`);
    const { execa } = await import("execa");
    return execa(programOf(name), [verb], {
      input,
      env: this.#options.env,
      extendEnv: false,
      reject: false,
      timeout: TIMEOUT_MS,
      stripFinalNewline: true,
    });
  }
}

interface HelperAnswer {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

const programOf = (name: string): string => `docker-credential-${name}`;

function failed(name: string, { exitCode }: HelperAnswer): VoxError {
  const program = programOf(name);
  const why = exitCode === undefined ? "cannot be run" : `failed with exit code ${exitCode}`;
  return new VoxError("CREDENTIALS_INVALID", `the credential helper \`${program}\` ${why}`, {
    hint: `run \`${program} list\`, or remove it from Docker's config.json`,
  });
}
