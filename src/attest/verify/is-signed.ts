import type { Digest } from "../../core/digest.ts";
import type { PublicKey } from "../keys/public-key.ts";
import { isAbout, parseStatement, PREDICATE } from "../statement.ts";
import type { AttachedBundle } from "./evidence.ts";
import { isBundleOf } from "./verify-bundle.ts";

/** Whether one of the bundles is the key's signature of this very manifest. */
export const isSigned = (manifest: Digest, bundles: readonly AttachedBundle[], key: PublicKey): boolean =>
  bundles.some((item) => {
    if (item.kind === "unreadable" || !isBundleOf(item.bundle, key)) return false;
    const statement = parseStatement(item.bundle.envelope.payload);
    return statement.predicateType === PREDICATE.signature && isAbout(statement, manifest);
  });
