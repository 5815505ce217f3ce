import type { CheckFacts, ImageFacts, ProjectFacts } from "../facts.ts";
import type { ImageJudge, ProjectJudge } from "../judge.ts";
import { broken, held, type Verdict } from "../verdict.ts";
import { allOf, checksNamed } from "../checks.ts";

/** Enforces `sbom-attached`. */
export const sbomAttached: ImageJudge = (facts) =>
  signedChecks(facts, checksNamed(facts, "attestation spdx", "attestation cyclonedx"));

/** Enforces `provenance-attached`. */
export const provenanceAttached: ImageJudge = (facts) => signedChecks(facts, checksNamed(facts, "attestation provenance"));

/** Enforces `image-signed`. */
export const imageSigned: ImageJudge = (facts) => signedChecks(facts, checksNamed(facts, "attached", "signature"));

/** Before anything is pushed: somebody is there who will sign, and may. */
export const willBeSigned: ProjectJudge = ({ signing }: ProjectFacts) => {
  if (signing === undefined) return undefined;
  if (signing === "somebody") return held("it will be signed");
  return signing === "nobody"
    ? broken("nobody signs the image", { hint: "deploy to a registry, with `--sign-key FILE` or `--keyless`" })
    : broken("the key that signs is none of `signers`", { hint: "sign with a key of theirs" });
};

function signedChecks({ signersKnown }: ImageFacts, checks: readonly CheckFacts[]): Verdict | undefined {
  if (signersKnown === undefined) return undefined;
  if (signersKnown) return allOf(checks);
  return broken("nobody is named who must have signed", {
    hint: "add `--key FILE.pub`, or `signers` to [deploy.policy]",
  });
}
