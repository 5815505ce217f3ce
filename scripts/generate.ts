// Makes the program's data from contracts/cli/command-registry.yaml, contracts/install/install-policy.yaml, contracts/policy/portability-policy.yaml and package.json. With --check it only says what is not fresh.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { format, resolveConfig } from "prettier";
import {
  generatedHelpModule,
  generatedInstallPolicyModule,
  generatedPortabilityPolicyModule,
  generatedRegistryModule,
  generatedVersionModule,
  registryFrom,
} from "./generated-modules.ts";

const check = process.argv.includes("--check");

const registry = registryFrom(await readFile("contracts/cli/command-registry.yaml", "utf8"));
const modules = [
  { path: "src/cli/generated/command-registry.ts", text: generatedRegistryModule(registry) },
  { path: "src/cli/generated/root-help.ts", text: generatedHelpModule(registry) },
  {
    path: "src/toolchain/generated/install-policy.ts",
    text: generatedInstallPolicyModule(await readFile("contracts/install/install-policy.yaml", "utf8")),
  },
  {
    path: "src/policy/portability/generated/portability-policy.ts",
    text: generatedPortabilityPolicyModule(await readFile("contracts/policy/portability-policy.yaml", "utf8")),
  },
  { path: "src/config/generated/version.ts", text: generatedVersionModule(await readFile("package.json", "utf8")) },
];

for (const { path, text } of modules) {
  const fresh = await format(text, { ...(await resolveConfig(path)), filepath: path });
  const present = await readFile(path, "utf8").catch(() => undefined);
  if (present === fresh) continue;
  if (check) {
    console.error(`${path} is not fresh: run \`npm run generate\``);
    process.exitCode = 1;
  } else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, fresh);
    console.error(`wrote ${path}`);
  }
}
