import { cruise, type ICruiseResult, type IModule } from "dependency-cruiser";

export interface ImportReport {
  /** How many files of ours were looked at: none means that the tool saw nothing, not that nothing is wrong. */
  readonly modules: number;
  /** `rule: from → to`, sorted. */
  readonly faults: readonly string[];
}

/** Checks who imports whom below `src` of a folder, by the rules of `.dependency-cruiser.mjs` and by those that need a whole file. */
export async function checkImports(baseDir: string): Promise<ImportReport> {
  const { default: configuration } = await import("../.dependency-cruiser.mjs");
  const { options, forbidden } = configuration;
  const result = await cruise(["src"], { ...options, baseDir, validate: true, ruleSet: { forbidden } });
  if (typeof result.output === "string") throw new Error("the import rules gave a text instead of a result");
  const modules = result.output.modules.filter((module) => module.source.startsWith("src/"));
  return { modules: modules.length, faults: [...violationsOf(result.output), ...modules.flatMap(roomFaults)].toSorted() };
}

const violationsOf = (result: ICruiseResult): readonly string[] =>
  result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);

const ROOMS = ["pm", "container", "deploy", "policy"];
const JOINERS = /^src\/(?:ops|runtime|pm|container|deploy|policy)\//;

/** Only the use cases and the wiring may know two halves at once; what a half itself may import has a rule of its own. */
function roomFaults(module: IModule): readonly string[] {
  if (JOINERS.test(module.source)) return [];
  const rooms = new Set(
    module.dependencies.flatMap(({ resolved }) => ROOMS.filter((room) => resolved.startsWith(`src/${room}/`))),
  );
  return rooms.size < 2 ? [] : [`one-half-a-file: ${module.source} → ${[...rooms].toSorted().join(", ")}`];
}
