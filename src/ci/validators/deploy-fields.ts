import { ENVIRONMENT_VARIABLES } from "../../config/environment-variables.ts";
import { deployFields } from "../../contracts/vox-toml-deploy.ts";
import { declaredRegistry } from "../declared-registry.ts";
import { type FileTexts, lineOf } from "../file-texts.ts";
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
    return deployFields().flatMap(({ path, role, flag, variable }) => {
      const place = placeOf(path, facts.files);
      return [
        ...(flag === undefined || flags.has(flag)
          ? []
          : [finding(`\`${path}\` names \`${flag}\`, which \`vox deploy\` does not take`, place)]),
        ...(variable === undefined || variables.has(variable)
          ? []
          : [finding(`\`${path}\` names \`${variable}\`, which is no variable of vox`, place)]),
        ...((role === "intent") === (flag === undefined && variable === undefined)
          ? []
          : [finding(`\`${path}\` is an ${role} and says otherwise of what overrides it`, place)]),
      ];
    });
  },
};

/** Where the schema says the field's name; which table it is in is not told by a text. */
const placeOf = (path: string, files: FileTexts) => ({
  file: SCHEMA,
  line: lineOf(files.text(SCHEMA) ?? "", `${path.split(".").at(-1) ?? path}:`),
});
