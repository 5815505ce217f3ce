import { ALLOWANCE_ANCHOR, parseAllowance } from "./allowances.ts";
import type { DocumentSecret } from "./document-secrets.ts";

/** Where a comment of Vox.toml allows a rule: that line and the next one. */
interface ManifestAllowance {
  readonly rule: string;
  readonly lines: string;
}

/** What `vox:allow-secret RULE: REASON` in a Vox.toml allows in an image: what is named on that line or the next one. */
export function manifestAllowances(manifest: string): (secret: DocumentSecret) => boolean {
  const lines = bytesOf(manifest).split("\n");
  const allowances = lines.flatMap((line, at): readonly ManifestAllowance[] => {
    const start = line.indexOf(ALLOWANCE_ANCHOR);
    const allowance = start < 0 ? undefined : parseAllowance(line, start);
    return allowance?.reasoned ? [{ rule: allowance.rule, lines: `${line}\n${lines[at + 1] ?? ""}` }] : [];
  });
  return ({ rule, kind, name }) =>
    allowances.some((allowed) => allowed.rule === rule && allowed.lines.includes(kind === "history" ? kind : bytesOf(name)));
}

/** One character a byte, as rules read text. */
const bytesOf = (text: string): string => Buffer.from(text).toString("latin1");
