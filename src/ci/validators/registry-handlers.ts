import { declaredRegistry } from "../declared-registry.ts";
import { lineOf } from "../file-texts.ts";
import { errorsOf, REGISTRY_PATH, type Validator } from "../validator.ts";

const finding = errorsOf("registry-handlers");
const MAP_PATH = "src/cli/handlers.ts";

export const registryHandlers: Validator = {
  id: "registry-handlers",
  statement: "each command has a handler with a file of its own, and each handler a command",
  run: (facts) => {
    const registry = declaredRegistry(facts);
    if (registry === undefined) return [];
    const named = new Set(registry.commands.map((command) => command.handler));
    const mapped = new Set(facts.program.handlers);
    const lineIn = (file: string, piece: string) => ({ file, line: lineOf(facts.files.text(file) ?? "", piece) });
    return [
      ...[...named]
        .filter((name) => !mapped.has(name))
        .map((name) => finding(`no handler is named \`${name}\``, lineIn(REGISTRY_PATH, `handler: ${name}\n`))),
      ...[...mapped]
        .filter((name) => !named.has(name))
        .map((name) => finding(`the handler \`${name}\` has no command`, lineIn(MAP_PATH, `commands/${name}.ts`))),
      ...[...named]
        .map((name) => ({ name, file: `src/cli/commands/${name}.ts` }))
        .filter(({ file }) => !/^export (?:async function|function|const) run\b/m.test(facts.files.text(file) ?? ""))
        .map(({ name, file }) => finding(`the handler \`${name}\` exports no \`run\``, { file })),
    ];
  },
};
