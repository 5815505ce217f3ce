import type { DeployResult } from "../../ops/deploy-image.ts";
import type { ImageResult } from "../../ops/image-result.ts";
import type { MemberRollout } from "../../ops/roll-out-member.ts";
import type { CommandContext } from "../command-context.ts";
import { jsonDocument } from "../output.ts";

/** Prints the image: its digest, or with `--json` the whole document, on stdout; the rest is talk. */
export function printImage(context: CommandContext, result: ImageResult | DeployResult): void {
  if (context.globals.json) return context.stdout(jsonDocument(result));
  if (!context.globals.quiet) context.stderr(talk(result).join(""));
  context.stdout(`${result.image.digest}\n`);
}

function talk(result: ImageResult | DeployResult): string[] {
  const { image, transfer, out } = result;
  const { blobs, bytes, mounted, skipped, requests } = transfer;
  return [
    `${image.reference}\n`,
    ...image.platforms.map(({ platform, digest }) => `  ${platform} ${digest}\n`),
    ...(out === null
      ? [`  ${blobs} blobs sent (${bytes} bytes), ${mounted} mounted, ${skipped} there already, ${requests} requests\n`]
      : [`  in ${out}\n`]),
    ...("tags" in result ? rolloutTalk(result) : []),
  ];
}

/** What runs now, and where it answers. */
export const rolloutTalk = ({ deployment, container }: Partial<MemberRollout>): string[] => [
  ...(typeof deployment?.sequence === "number" ? [`  deployment ${deployment.sequence} of ${deployment.environment}\n`] : []),
  ...(container?.ports ?? []).map((port) => `  port ${port.container} is http://${port.address}:${port.host}/\n`),
];
