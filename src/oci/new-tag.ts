import { VoxError } from "../errors/vox-error.ts";
import type { TagOptions } from "./content-store.ts";
import type { Descriptor } from "./descriptor.ts";

/** @throws {VoxError} PUBLISH_RACE when a tag that is to be new names other content already */
export function refuseMoved(
  there: Pick<Descriptor, "digest"> | undefined,
  { digest }: Descriptor,
  tag: string,
  { onlyNew = false }: TagOptions,
): void {
  if (!onlyNew || there === undefined || there.digest === digest) return;
  throw new VoxError("PUBLISH_RACE", `the tag \`${tag}\` names other content since a moment ago`);
}
