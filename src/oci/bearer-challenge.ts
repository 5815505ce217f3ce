/** One way that a registry says how it wants to be asked (RFC 9110, "WWW-Authenticate"). */
export type Challenge =
  | { readonly kind: "basic" }
  | { readonly kind: "bearer"; readonly realm: string; readonly service?: string; readonly scope?: string };

const SCHEME = /\s*([A-Za-z][A-Za-z0-9-]*)(?:\s+|\s*$)/y;
const PARAMETER = /\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*,?/y;

/** The challenges of a `WWW-Authenticate` header that vox can answer, in its order; other schemes are passed over. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let position = 0;
  while (position < header.length) {
    const scheme = matchAt(SCHEME, header, position);
    if (!scheme) break;
    const { parameters, end } = readParameters(header, position + scheme[0].length);
    const challenge = challengeOf(scheme[1] ?? "", parameters);
    if (challenge) challenges.push(challenge);
    if (end <= position) break;
    position = end;
  }
  return challenges;
}

function readParameters(header: string, start: number): { parameters: ReadonlyMap<string, string>; end: number } {
  const parameters = new Map<string, string>();
  let end = start;
  for (let match = matchAt(PARAMETER, header, end); match; match = matchAt(PARAMETER, header, end)) {
    parameters.set((match[1] ?? "").toLowerCase(), match[3] ?? (match[2] ?? "").replaceAll(/\\(.)/g, "$1"));
    end += match[0].length;
  }
  return { parameters, end };
}

function challengeOf(scheme: string, parameters: ReadonlyMap<string, string>): Challenge | undefined {
  if (scheme.toLowerCase() === "basic") return { kind: "basic" };
  const realm = parameters.get("realm");
  if (scheme.toLowerCase() !== "bearer" || !realm) return undefined;
  const service = parameters.get("service");
  const scope = parameters.get("scope");
  return { kind: "bearer", realm, ...(service && { service }), ...(scope && { scope }) };
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}
