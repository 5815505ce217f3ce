import type { Validator } from "./validator.ts";
import { complianceDocs } from "./validators/compliance-docs.ts";
import { environmentVariables } from "./validators/environment-variables.ts";
import { errorCodes } from "./validators/error-codes.ts";
import { exitCodes } from "./validators/exit-codes.ts";
import { registryDocs } from "./validators/registry-docs.ts";
import { registryHandlers } from "./validators/registry-handlers.ts";
import { registryProgram } from "./validators/registry-program.ts";
import { registrySchema } from "./validators/registry-schema.ts";

const OVER_THE_PROGRAM: readonly Validator[] = [
  registrySchema,
  registryProgram,
  registryHandlers,
  registryDocs,
  errorCodes,
  exitCodes,
  environmentVariables,
];

/** The checks of `vox ci command-compliance`, in the order in which they run. */
export const VALIDATORS: readonly Validator[] = [...OVER_THE_PROGRAM, complianceDocs(OVER_THE_PROGRAM)];
