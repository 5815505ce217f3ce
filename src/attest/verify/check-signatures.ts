import { shortHexOf } from "../../core/digest.ts";
import { isVoxError } from "../../errors/vox-error.ts";
import type { SigstoreBundle } from "../bundle.ts";
import { IN_TOTO_PAYLOAD } from "../dsse.ts";
import { isSignatureOf } from "../keys/public-key.ts";
import { isAbout, parseStatement, PREDICATE, type Statement } from "../statement.ts";
import type { AttachedBundle, CertificateVerdict, ImageEvidence, ManifestEvidence, Trust, TrustCheck } from "./evidence.ts";
import { claims, isBundleOf } from "./verify-bundle.ts";

/** A statement whose signature holds. */
export interface SignedStatement {
  readonly statement: Statement;
  /** Whose it is. */
  readonly by: string;
}

/** What of a manifest's bundles holds, and what is wrong with the others. */
export interface JudgedBundles {
  readonly statements: readonly SignedStatement[];
  /** Bundles that say they are of somebody who is believed, and are not. */
  readonly forged: readonly string[];
  /** Bundles of others, which nobody asked about. */
  readonly foreign: number;
}

/** Each bundle by itself, in the order in which they are listed. */
export function judgeBundles({ bundles }: ManifestEvidence, trust: Trust): JudgedBundles {
  const statements: SignedStatement[] = [];
  const forged: string[] = [];
  let foreign = 0;
  for (const item of bundles) {
    if (item.kind === "unreadable") continue;
    const verdict = judgeBundle(item, trust);
    const name = shortHexOf(item.entry.digest);
    if (verdict.kind === "good") statements.push(verdict);
    else if (verdict.kind === "forged") forged.push(`\`${name}\` ${verdict.reason}`);
    else foreign += 1;
  }
  return { statements, forged, foreign };
}

type Verdict =
  | ({ readonly kind: "good" } & SignedStatement)
  | { readonly kind: "forged"; readonly reason: string }
  | { readonly kind: "foreign" };

function judgeBundle({ bundle, bytes }: Extract<AttachedBundle, { readonly kind: "bundle" }>, trust: Trust): Verdict {
  const { material } = bundle;
  const signed =
    material.kind === "certificate"
      ? (trust.certificates?.verify(bytes, material.certificate) ?? { kind: "foreign" as const })
      : judgeByKey(bundle, trust);
  return signed.kind === "good" ? stated(bundle, signed.by) : signed;
}

function judgeByKey(bundle: SigstoreBundle, { keys }: Trust): CertificateVerdict {
  const key = keys.find((candidate) => isBundleOf(bundle, candidate));
  if (key) return { kind: "good", by: `key \`${key.id}\`` };
  const claimed = keys.some((candidate) => claims(bundle, candidate));
  return claimed ? { kind: "forged", reason: "says that it is the key's, and its signature is not" } : { kind: "foreign" };
}

/** What a believed signature is over. */
function stated({ envelope }: SigstoreBundle, by: string): Verdict {
  if (envelope.payloadType !== IN_TOTO_PAYLOAD) return { kind: "forged", reason: "is no in-toto statement" };
  try {
    return { kind: "good", statement: parseStatement(envelope.payload), by };
  } catch (error) {
    if (!isVoxError(error)) throw error;
    return { kind: "forged", reason: error.message };
  }
}

/** Everything that is attached as a bundle can be read; what cannot is somebody's mistake or attack. */
export function checkAttached({ manifests }: ImageEvidence): TrustCheck {
  const unreadable = manifests.flatMap(({ name, bundles }) =>
    bundles.flatMap((item) =>
      item.kind === "unreadable" ? [`\`${shortHexOf(item.entry.digest)}\` on ${name}: ${item.reason}`] : [],
    ),
  );
  const count = manifests.reduce((sum, { bundles }) => sum + bundles.length, 0);
  return {
    id: "attached",
    ok: unreadable.length === 0,
    detail: unreadable.length === 0 ? `${count} bundles can be read` : unreadable.join("; "),
    restsOn: "content",
  };
}

/** One check for the index and one for each platform: a client that runs one platform looks at that alone. */
export const checkSignatures = ({ manifests }: Pick<ImageEvidence, "manifests">, trust: Trust): readonly TrustCheck[] =>
  manifests.map((evidence): TrustCheck => ({
    id: `signature ${evidence.name}`,
    restsOn: "signature",
    ...signature(evidence, trust),
  }));

function signature(evidence: ManifestEvidence, trust: Trust): Pick<TrustCheck, "ok" | "detail"> {
  const { statements, forged, foreign } = judgeBundles(evidence, trust);
  if (forged.length > 0) return { ok: false, detail: forged.join("; ") };
  const { digest } = evidence.manifest;
  const signatures = statements.filter(({ statement }) => statement.predicateType === PREDICATE.signature);
  const about = signatures.find(({ statement }) => isAbout(statement, digest));
  if (about) return { ok: true, detail: `\`${digest}\` is signed by ${about.by}` };
  if (signatures.length > 0) return { ok: false, detail: `what is signed is not \`${digest}\`` };
  const simple = trust.keys.find((key) =>
    evidence.simple.some(({ payload, signature: bytes }) => isSignatureOf(key, payload, bytes)),
  );
  if (simple) return { ok: true, detail: `\`${digest}\` is signed by key \`${simple.id}\`, in the older form` };
  const others = foreign + evidence.simple.length;
  return { ok: false, detail: others > 0 ? `nothing that is attached is signed by who is asked for` : "it has no signature" };
}
