import { resolve } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import { type CommandContext, textOption } from "../command-context.ts";

/** Who must have signed without a key, and whom to believe about that. */
export interface IdentityOption {
  readonly identity: string;
  readonly issuer: string;
  /** A file. */
  readonly trustedRoot: string;
}

/**
 * All three flags, or none: an identity means nothing without who vouches for it.
 * @throws {VoxError} USAGE
 */
export function identityOption({ options, cwd }: CommandContext): IdentityOption | undefined {
  const [identity, issuer, trustedRoot] = ["certificate-identity", "certificate-oidc-issuer", "trusted-root"].map((name) =>
    textOption(options, name),
  );
  if (identity !== undefined && issuer !== undefined && trustedRoot !== undefined)
    return { identity, issuer, trustedRoot: resolve(cwd, trustedRoot) };
  if (identity === undefined && issuer === undefined && trustedRoot === undefined) return undefined;
  throw new VoxError(
    "USAGE",
    "an identity is proved by `--certificate-identity`, `--certificate-oidc-issuer` and `--trusted-root`",
    {
      hint: "give all three; `cosign trusted-root create` or `gh attestation trusted-root` write the file",
    },
  );
}
