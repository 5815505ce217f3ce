import { buildProgram } from "../src/cli/program.ts";
import { type CommandRegistry, parseCommandRegistry } from "../src/contracts/command-registry.ts";
import { parseInstallPolicy } from "../src/contracts/install-policy.ts";
import { parsePortabilityPolicy } from "../src/contracts/portability-policy.ts";

/** The registry of a YAML text; a fault in it is an error. */
export function registryFrom(yamlText: string): CommandRegistry {
  const parsed = parseCommandRegistry(yamlText);
  if (parsed.kind === "faults") throw new Error(`contracts/cli/command-registry.yaml: ${parsed.faults.join("; ")}`);
  return parsed.registry;
}

/** The registry as typed data, so that no YAML is parsed when vox starts. */
export function generatedRegistryModule(registry: CommandRegistry): string {
  return `// Made by scripts/generate.ts from contracts/cli/command-registry.yaml: edit that file, then run \`npm run generate\`.
import type { CommandRegistry } from "../../contracts/command-registry.ts";

export const COMMAND_REGISTRY: CommandRegistry = ${JSON.stringify(registry)};
`;
}

/** The install policy as typed data; a fault in it is an error. */
export function generatedInstallPolicyModule(yamlText: string): string {
  const parsed = parseInstallPolicy(yamlText);
  if (parsed.kind === "faults") throw new Error(`contracts/install/install-policy.yaml: ${parsed.faults.join("; ")}`);
  return `// Made by scripts/generate.ts from contracts/install/install-policy.yaml: edit that file, then run \`npm run generate\`.
import type { InstallPolicy } from "../../contracts/install-policy.ts";

export const INSTALL_POLICY: InstallPolicy = ${JSON.stringify(parsed.policy)};
`;
}

/** The portability policy as typed data, whose ids are types; a fault in it is an error. */
export function generatedPortabilityPolicyModule(yamlText: string): string {
  const parsed = parsePortabilityPolicy(yamlText);
  if (parsed.kind === "faults") throw new Error(`contracts/policy/portability-policy.yaml: ${parsed.faults.join("; ")}`);
  return `// Made by scripts/generate.ts from contracts/policy/portability-policy.yaml: edit that file, then run \`npm run generate\`.
import type { PortabilityPolicy } from "../../../contracts/portability-policy.ts";

export const PORTABILITY_POLICY = ${JSON.stringify(parsed.policy)} as const satisfies PortabilityPolicy;
`;
}

/** The version of package.json, so that the program need not look for that file. */
export function generatedVersionModule(packageJson: string): string {
  const version = /^\s*"version":\s*"([^"]+)"/m.exec(packageJson)?.[1];
  if (version === undefined) throw new Error("package.json has no version");
  return `// Made by scripts/generate.ts from package.json.
export const PROGRAM_VERSION = ${JSON.stringify(version)};
`;
}

/** The program's own help as text, so that `vox --help` need not build the program. */
export function generatedHelpModule(registry: CommandRegistry): string {
  let help = "";
  const program = buildProgram(registry, {
    version: "0.0.0",
    writeOut: (text) => (help += text),
    onCommand: () => Promise.resolve(),
  });
  program.outputHelp();
  return `// Made by scripts/generate.ts from contracts/cli/command-registry.yaml: edit that file, then run \`npm run generate\`.
export const ROOT_HELP = ${JSON.stringify(help)};
`;
}
