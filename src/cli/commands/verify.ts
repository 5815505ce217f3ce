import { resolve } from "node:path";
import { EXIT } from "../../errors/catalogue.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { openImagePlace } from "../../ops/image-place.ts";
import { verifyImage, type VerifyImageResult } from "../../ops/verify-image.ts";
import { type CommandContext, listOption } from "../command-context.ts";
import { printResult } from "../output.ts";
import { runtimeOf } from "./project-command.ts";

export async function run(context: CommandContext): Promise<number> {
  const { args, options, cwd } = context;
  const image = args["IMAGE"] ?? "";
  const keys = listOption(options, "key").map((path) => resolve(cwd, path));
  if (keys.length === 0)
    throw new VoxError("USAGE", "nothing is given that the image could be held against", {
      hint: `run \`vox verify ${image} --key FILE.pub\``,
    });
  const ports = runtimeOf(context);
  const place = await openImagePlace(image, cwd, ports);
  const result = await verifyImage(place, { keys }, ports);
  printResult(context, { document: result, lines: linesOf(result) });
  return result.ok ? EXIT.ok : EXIT.failed;
}

const linesOf = ({ checks }: VerifyImageResult): readonly string[] =>
  checks.map(({ id, ok, detail, restsOn }) => `${ok ? "ok    " : "FAILED"} ${id}: ${detail} (by the ${restsOn})`);
