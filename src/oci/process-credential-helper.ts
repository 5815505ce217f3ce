import { VoxError } from "../errors/vox-error.ts";
import type { CredentialHelper, Credentials } from "./credentials.ts";
import { parseHelperAnswer } from "./docker-credentials.ts";

/** Long enough for a person to unlock a key ring, in milliseconds. */
const TIMEOUT_MS = 60_000;
const HELPER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const HOLDS_NOTHING = /credentials not found/i;

export interface ProcessHelperOptions {
  /** The environment of the helpers, `PATH` among it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `docker-credential-NAME get`, the address on its standard input, without a shell. */
export class ProcessCredentialHelper implements CredentialHelper {
  readonly #options: ProcessHelperOptions;

  constructor(options: ProcessHelperOptions) {
    this.#options = options;
  }

  /** @throws {VoxError} CREDENTIALS_INVALID; what the helper printed is never repeated */
  async get(name: string, serverAddress: string): Promise<Credentials | undefined> {
    const program = `docker-credential-${name}`;
    if (!HELPER_NAME.test(name))
      throw new VoxError("CREDENTIALS_INVALID", `\`${name}\` is not the name of a credential helper`);
    const { execa } = await import("execa");
    const result = await execa(program, ["get"], {
      input: serverAddress,
      env: this.#options.env,
      extendEnv: false,
      reject: false,
      timeout: TIMEOUT_MS,
      stripFinalNewline: true,
    });
    if (result.exitCode === 0) return parseHelperAnswer(Buffer.from(result.stdout), `the answer of \`${program}\``);
    if (HOLDS_NOTHING.test(`${result.stdout}\n${result.stderr}`)) return undefined;
    const why = result.exitCode === undefined ? "cannot be run" : `failed with exit code ${result.exitCode}`;
    throw new VoxError("CREDENTIALS_INVALID", `the credential helper \`${program}\` ${why}`, {
      hint: `run \`${program} list\`, or remove it from Docker's config.json`,
    });
  }
}
