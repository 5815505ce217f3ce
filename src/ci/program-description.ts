import type { CommandRegistry } from "../contracts/command-registry.ts";

/** The program as it was built, read back from the argument parser. `cli` makes it, so that `ci` need not know the parser. */
export interface ProgramDescription {
  readonly commands: readonly DescribedCommand[];
  readonly globalOptions: readonly DescribedOption[];
  /** Keys of the map of handlers. */
  readonly handlers: readonly string[];
  /** The registry that the program carries. */
  readonly registry: CommandRegistry;
  /** What `vox completions SHELL` prints. */
  readonly completions: readonly { readonly shell: string; readonly script: string }[];
}

export interface DescribedCommand {
  readonly path: string;
  readonly summary: string;
  readonly arguments: readonly string[];
  readonly options: readonly DescribedOption[];
}

export interface DescribedOption {
  /** As in help: `-q, --quiet`, `--out <DIR>`. */
  readonly flags: string;
  readonly choices: readonly string[];
  readonly defaultText: string | undefined;
}
