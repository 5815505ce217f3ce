import type { Trust } from "../../attest/verify/evidence.ts";
import { VoxError } from "../../errors/vox-error.ts";
import { readKey } from "../../runtime/fs-keys.ts";
import type { ReleaseSource } from "../../toolchain/release-source.ts";
import type { CommandContext } from "../command-context.ts";
import { identityOption, type IdentityOption } from "./identity-option.ts";
import { keysOption } from "./trust-options.ts";

/** The list of checksums of a release, and where its signature stands. */
export interface SignedList {
  readonly text: string;
  readonly signatureFile: string;
}

/**
 * Who signed a release's checksums, when somebody is named who must have; nobody, when none is.
 * @throws {VoxError} RELEASE_UNSIGNED, KEY_INVALID, USAGE
 */
export async function signerOf(
  { text, signatureFile }: SignedList,
  source: ReleaseSource,
  context: CommandContext,
): Promise<string | undefined> {
  const keys = keysOption(context);
  const identity = identityOption(context);
  if (keys.length === 0 && identity === undefined) return undefined;
  const trust = await trustOf(keys, identity);
  const bundle = await source.readText(signatureFile).catch((cause: unknown) => {
    throw new VoxError("RELEASE_UNSIGNED", `the release has no \`${signatureFile}\``, { cause });
  });
  const { verifyBlob } = await import("../../attest/verify/verify-blob.ts");
  const verdict = verifyBlob(Buffer.from(text), Buffer.from(bundle), trust);
  if (verdict.kind === "signed") return verdict.by;
  throw new VoxError("RELEASE_UNSIGNED", `the checksums are signed ${verdict.reason}`);
}

async function trustOf(paths: readonly string[], identity: IdentityOption | undefined): Promise<Trust> {
  const { parsePublicKey } = await import("../../attest/keys/public-key.ts");
  const keys = await Promise.all(paths.map(async (path) => parsePublicKey(await readKey(path), `\`${path}\``)));
  if (identity === undefined) return { keys };
  const { certificateTrust } = await import("../../attest/verify/verify-keyless.ts");
  const { trustedRoot, ...wanted } = identity;
  return { keys, certificates: certificateTrust(Buffer.from(await readKey(trustedRoot)), wanted, `\`${trustedRoot}\``) };
}
