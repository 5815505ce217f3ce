import { groupOfPath } from "../../contracts/command-path.ts";
import { parseCommandRegistry, type CommandRegistry } from "../../contracts/command-registry.ts";
import { EXIT } from "../../errors/catalogue-entry.ts";
import { lineOf } from "../file-texts.ts";
import { errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";

const finding = errorsOf("registry-schema");

export const registrySchema: Validator = {
  id: "registry-schema",
  statement: "the command registry has its schema's shape, and its names refer to what it declares",
  run: ({ files }) => {
    const text = files.text(REGISTRY_PATH);
    if (text === undefined) return [finding("there is no command registry", { file: REGISTRY_PATH })];
    const parsed = parseCommandRegistry(text);
    if (parsed.kind === "faults")
      return parsed.faults.map((fault) => finding(fault, { file: REGISTRY_PATH, line: lineOfFault(text, fault) }));
    return faultsOf(parsed.registry).map(({ path, message }) =>
      finding(message, { file: REGISTRY_PATH, line: lineOf(text, `- path: ${path}\n`) }),
    );
  },
};

/** The line of the command that a fault of the shape is in, or of the place that the YAML parser names. */
function lineOfFault(text: string, fault: string): number | undefined {
  const [, index, line] = /^commands\.(\d+)|\bat line (\d+)/.exec(fault) ?? [];
  if (line !== undefined) return Number(line);
  const command = index === undefined ? undefined : [...text.matchAll(/^ {2}- path: .*$/gm)][Number(index)];
  return command === undefined ? undefined : lineOf(text, `${command[0]}\n`);
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

function faultsOf(registry: CommandRegistry): readonly Fault[] {
  const areas = new Set(registry.areas.map((area) => area.name));
  const groups = new Set(registry.groups.map((group) => group.name));
  const exits = new Set<number>(Object.values(EXIT));
  const seen = new Set<string>();
  const faults: Fault[] = [];
  for (const command of registry.commands) {
    const fault = (message: string): void =>
      void faults.push({ path: command.path, message: `\`vox ${command.path}\` ${message}` });
    if (seen.has(command.path)) fault("is declared twice");
    seen.add(command.path);
    const group = groupOfPath(command.path);
    if (group !== "" && !groups.has(group)) fault(`is in the group \`${group}\`, which is not declared`);
    if (groups.has(command.path)) fault("is a group and a command");
    if (!areas.has(command.area)) fault(`is in the area \`${command.area}\`, which is not declared`);
    for (const code of command.exit_codes) if (!exits.has(code)) fault(`lists ${code}, which is not an exit code of vox`);
    const options = [...registry.global_options, ...command.options].map((option) => option.name);
    for (const name of options.filter((name, index) => options.indexOf(name) !== index))
      fault(`has the option \`--${name}\` twice`);
  }
  return faults;
}
