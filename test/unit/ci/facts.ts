import { fileTextsOf } from "../../../src/ci/file-texts.ts";
import { generatedFiles } from "../../../src/ci/generated-files.ts";
import { type ComplianceFacts, FACT_PATHS, NAMED_PATHS, READ_TESTS } from "../../../src/ci/validator.ts";
import { COMMAND_REGISTRY } from "../../../src/cli/generated/command-registry.ts";
import { HANDLERS } from "../../../src/cli/handlers.ts";
import { describeProgram } from "../../../src/cli/program-description.ts";
import { openCheckout } from "../../../src/runtime/fs-checkout.ts";

const checkout = await openCheckout(process.cwd());
const names = (await checkout.list(NAMED_PATHS)).map((path) => [path, ""] as const);
const texts = new Map([...names, ...(await checkout.readTexts([...FACT_PATHS, ...READ_TESTS]))]);

/** The facts of this very checkout. */
export const REAL_FACTS: ComplianceFacts = {
  files: fileTextsOf(texts),
  program: describeProgram({ registry: COMMAND_REGISTRY, handlers: Object.keys(HANDLERS) }),
  generated: generatedFiles(COMMAND_REGISTRY, fileTextsOf(texts)),
};

/** The facts of the checkout with one file changed, or taken away. */
export function withFile(path: string, change: (text: string) => string | undefined): ComplianceFacts {
  const text = change(texts.get(path) ?? "");
  const changed = new Map(texts);
  if (text === undefined) changed.delete(path);
  else changed.set(path, text);
  return { ...REAL_FACTS, files: fileTextsOf(changed) };
}

/** The facts of the checkout with another program. */
export const withProgram = (
  change: (program: ComplianceFacts["program"]) => Partial<ComplianceFacts["program"]>,
): ComplianceFacts => ({
  ...REAL_FACTS,
  program: { ...REAL_FACTS.program, ...change(REAL_FACTS.program) },
});
