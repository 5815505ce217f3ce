import { resolve } from "node:path";
import { parseStoredBase } from "../../container/base-image/base-reference.ts";
import { pushLayout, type PushResult } from "../../ops/push-layout.ts";
import { parsePushTarget, type PushWish } from "../../ops/push-plan.ts";
import { type CommandContext, isGiven } from "../command-context.ts";
import { printResult } from "../output.ts";
import { runtimeOf } from "./project-command.ts";

export async function run(context: CommandContext): Promise<void> {
  const { args, options, cwd, globals } = context;
  const { layout, from } = layoutOf(args["LAYOUT"] ?? "");
  const wish = { layout, to: parsePushTarget(args["REF"] ?? ""), ...(from !== undefined && { from }) };
  const dryRun = isGiven(options, "dry-run");
  const result = await pushLayout({ ...wish, dir: resolve(cwd, layout), dryRun }, runtimeOf(context));
  if (!globals.json && !globals.quiet) context.stderr(talk(result).join(""));
  printResult(context, { document: result, lines: result.images.map(({ digest }) => digest) });
}

/** A folder, or `oci-layout:DIR:TAG` for one image of it. */
function layoutOf(text: string): Pick<PushWish, "layout" | "from"> {
  const base = text.startsWith("oci-layout:") ? parseStoredBase(text) : undefined;
  return base?.kind === "layout" ? { layout: base.dir, from: base.tag } : { layout: text };
}

function talk({ images, transfer, pushed }: PushResult): readonly string[] {
  const { blobs, bytes, mounted, skipped, requests } = transfer;
  return [
    ...images.map(({ reference, tags, referrers }) => `${[reference, ...tags].join(" ")}, ${referrers} attached\n`),
    ...(pushed
      ? [`  ${blobs} blobs sent (${bytes} bytes), ${mounted} mounted, ${skipped} there already, ${requests} requests\n`]
      : []),
  ];
}
