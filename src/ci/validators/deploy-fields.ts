import { ENVIRONMENT_VARIABLES } from "../../config/environment-variables.ts";
import { deployFields } from "../../contracts/vox-toml-deploy.ts";
import { declaredRegistry } from "../declared-registry.ts";
import { errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("deploy-fields");
const SCHEMA = "src/contracts/vox-toml-deploy.ts";

export const deployFieldMarks: Validator = {
  id: "deploy-fields",
  statement:
    "each field of [deploy] that may be overridden names a flag of `vox deploy` or a variable that is there, and no intent does",
  run: (facts) => {
    const deploy = declaredRegistry(facts)?.commands.find(({ path }) => path === "deploy");
    if (deploy === undefined) return [];
    const flags = new Set(deploy.options.map(({ name }) => `--${name}`));
    const variables = new Set(ENVIRONMENT_VARIABLES.map(({ name }) => name));
    return deployFields().flatMap(({ path, role, flag, variable }) => [
      ...(flag === undefined || flags.has(flag)
        ? []
        : [finding(`\`${path}\` names \`${flag}\`, which \`vox deploy\` does not take`, { file: SCHEMA })]),
      ...(variable === undefined || variables.has(variable)
        ? []
        : [finding(`\`${path}\` names \`${variable}\`, which is no variable of vox`, { file: SCHEMA })]),
      ...((role === "intent") === (flag === undefined && variable === undefined)
        ? []
        : [finding(`\`${path}\` is an ${role} and says otherwise of what overrides it`, { file: SCHEMA })]),
    ]);
  },
};
