import { VoxError } from "../../errors/vox-error.ts";

/**
 * A value of `ENV` and `LABEL`, taken as it is: a builder expands variables in what is not escaped (Dockerfile reference,
 * "Environment replacement").
 * @throws {VoxError} DEPLOY_UNSUPPORTED for a newline, which ends an instruction wherever it stands
 */
export const quotedValue = (value: string): string => `"${onOneLine(value).replace(/["\\$]/g, "\\$&")}"`;

/**
 * A word of an instruction that is expanded and has no quotes around it: of `USER`, `WORKDIR`, `VOLUME`.
 * @throws {VoxError} DEPLOY_UNSUPPORTED
 */
export const plainWord = (value: string): string => onOneLine(value).replace(/["'\\$]/g, "\\$&");

/** The exec form, where nothing is expanded and JSON says what is special; without spaces, so that `<<` in it begins no here-document. */
export const execForm = (argv: readonly string[]): string => JSON.stringify(argv);

function onOneLine(value: string): string {
  if (!/[\n\r\0]/.test(value)) return value;
  throw new VoxError("DEPLOY_UNSUPPORTED", `a Dockerfile cannot hold the line break in ${JSON.stringify(value)}`, {
    hint: "take the line break out of `env` or `labels` of [deploy.container], or use another `--format`",
  });
}
