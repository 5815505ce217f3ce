import { bundleToJSON } from "@sigstore/bundle";
import {
  CIContextProvider,
  DEFAULT_FULCIO_URL,
  DEFAULT_REKOR_URL,
  DSSEBundleBuilder,
  FulcioSigner,
  RekorWitness,
} from "@sigstore/sign";
import { IN_TOTO_PAYLOAD } from "../attest/dsse.ts";
import { OwnCertificates } from "../attest/verify/own-certificates.ts";
import type { StatementSigner } from "../attest/signer.ts";
import type { Environment } from "../config/environment-variables.ts";
import { VoxError } from "../errors/vox-error.ts";

const TIMEOUT_MS = 30_000;
const RETRIES = 2;

/**
 * Signs with a certificate that lives for minutes, for whom the job's own OIDC token names, and has it entered into a transparency log.
 * Whose certificate it will be is not known before it is there, so that nothing that is attached is taken for its own.
 */
export function keylessSigner(env: Environment): StatementSigner {
  const common = { timeout: TIMEOUT_MS, retry: RETRIES };
  const builder = new DSSEBundleBuilder({
    certificateChain: false,
    signer: new FulcioSigner({
      fulcioBaseURL: env["VOX_FULCIO_URL"] || DEFAULT_FULCIO_URL,
      identityProvider: new CIContextProvider("sigstore"),
      ...common,
    }),
    witnesses: [new RekorWitness({ rekorBaseURL: env["VOX_REKOR_URL"] || DEFAULT_REKOR_URL, entryType: "dsse", ...common })],
  });
  const own = new OwnCertificates();
  return {
    trust: { keys: [], certificates: own },
    async sign(statement, { signal }) {
      signal.throwIfAborted();
      try {
        const bundle = await builder.create({ data: Buffer.from(statement), type: IN_TOTO_PAYLOAD });
        const bytes = Buffer.from(JSON.stringify(bundleToJSON(bundle)));
        own.keep(bytes);
        return bytes;
      } catch (cause) {
        signal.throwIfAborted();
        throw keylessFailure(cause);
      }
    },
    made: () => false,
  };
}

/** What the library says may quote the token. */
function keylessFailure(cause: unknown): VoxError {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "";
  if (code === "IDENTITY_TOKEN_READ_ERROR")
    return new VoxError("IDENTITY_MISSING", "nothing here says who signs: there is no OIDC token of a job");
  return new VoxError("SIGNING_UNAVAILABLE", `Fulcio or Rekor did not sign${code === "" ? "" : ` (${code})`}`);
}
