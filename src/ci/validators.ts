import type { Validator } from "./validator.ts";
import { acceptance } from "./validators/acceptance.ts";
import { deferrals } from "./validators/deferrals.ts";
import { invariants } from "./validators/invariants.ts";
import { policyRestated } from "./validators/policy-restated.ts";
import { portabilityMixing } from "./validators/portability-mixing.ts";
import { requiredPages } from "./validators/required-pages.ts";
import { risks } from "./validators/risks.ts";
import { supportedRuntimes } from "./validators/supported-runtimes.ts";
import { ciWorkflow } from "./validators/ci-workflow.ts";
import { conformance } from "./validators/conformance.ts";
import { contractPage } from "./validators/contract-page.ts";
import { completions } from "./validators/completions.ts";
import { decisions } from "./validators/decisions.ts";
import { deployFieldMarks } from "./validators/deploy-fields.ts";
import { environmentVariables } from "./validators/environment-variables.ts";
import { errorCodes } from "./validators/error-codes.ts";
import { exitCodes } from "./validators/exit-codes.ts";
import { generatedFilesAreFresh } from "./validators/generated-files.ts";
import { halves } from "./validators/halves.ts";
import { imageMetadata } from "./validators/image-metadata.ts";
import { installPolicy } from "./validators/install-policy.ts";
import { links } from "./validators/links.ts";
import { lockBound } from "./validators/lock-bound.ts";
import { namedCodes } from "./validators/named-codes.ts";
import { namedCommands } from "./validators/named-commands.ts";
import { namedPaths } from "./validators/named-paths.ts";
import { pinnedImages } from "./validators/pinned-images.ts";
import { registryDocs } from "./validators/registry-docs.ts";
import { registryHandlers } from "./validators/registry-handlers.ts";
import { registryProgram } from "./validators/registry-program.ts";
import { registrySchema } from "./validators/registry-schema.ts";
import { releaseWorkflow } from "./validators/release-workflow.ts";
import { verbs } from "./validators/verbs.ts";
import { vocabulary } from "./validators/vocabulary.ts";

const OTHERS: readonly Validator[] = [
  registrySchema,
  registryProgram,
  registryHandlers,
  registryDocs,
  errorCodes,
  exitCodes,
  environmentVariables,
  completions,
  deployFieldMarks,
  generatedFilesAreFresh,
  lockBound,
  halves,
  verbs,
  vocabulary,
  namedCommands,
  namedCodes,
  namedPaths,
  links,
  decisions,
  imageMetadata,
  pinnedImages,
  installPolicy,
  ciWorkflow,
  releaseWorkflow,
  requiredPages,
  invariants,
  conformance,
  contractPage,
  supportedRuntimes,
  policyRestated,
  portabilityMixing,
  deferrals,
  risks,
];

/** The checks of `vox ci command-compliance`, in the order in which they run. */
export const VALIDATORS: readonly Validator[] = [...OTHERS, acceptance(OTHERS)];
