import type { JsonValue } from "../../core/canonical-json.ts";
import { SecretScan } from "./secret-scan.ts";

/** A secret in a config, a manifest or an index: where it stands, never the secret itself. */
export interface DocumentSecret {
  readonly rule: string;
  readonly kind: "environment" | "label" | "annotation" | "command" | "history" | "setting";
  /** The variable, the label, or the path in the document. */
  readonly name: string;
}

/** Judged as settings, where values stand without quotes. */
const AS_SETTINGS = "settings";

/**
 * Looks for secrets in every text of an image's documents, by the rules for files. A variable is read as `NAME=value`, a label and an annotation
 * too; a line of history word by word as well, since what a build was given stands between other words. What several say is told once.
 */
export function secretsInDocuments(documents: readonly JsonValue[]): readonly DocumentSecret[] {
  const texts = new Map<string, PlacedText>();
  for (const document of documents)
    for (const { path, text } of textsOf(document, "")) for (const found of placed(path, text)) texts.set(keyOf(found), found);
  // All in one pass, an empty line after each: the line of a finding tells the place.
  const lines = [...texts.values()].flatMap((place) => [...place.text.split("\n"), ""].map((line) => ({ line, place })));
  const scan = new SecretScan(AS_SETTINGS);
  scan.update(Buffer.from(lines.map(({ line }) => line).join("\n")));
  const found = scan.end().flatMap(({ rule, line }) => {
    const place = lines[line - 1]?.place;
    return place ? [{ rule, kind: place.kind, name: place.name }] : [];
  });
  return [...new Map(found.map((secret) => [`${secret.rule} ${secret.kind} ${secret.name}`, secret])).values()];
}

interface PlacedText extends Omit<DocumentSecret, "rule"> {
  readonly text: string;
}

const keyOf = ({ kind, name, text }: PlacedText): string => `${kind} ${name} ${text}`;

/** Members whose texts are names of content; there are many of them. */
const NAMES: ReadonlySet<string> = new Set(["digest", "mediaType", "diff_ids"]);

/** Every text that a document holds, with the way to it. */
function* textsOf(value: JsonValue | undefined, path: string): Generator<{ readonly path: string; readonly text: string }> {
  if (typeof value === "string") yield { path, text: value };
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value))
    if (!NAMES.has(key)) yield* textsOf(member, path === "" ? key : `${path}.${key}`);
}

const MEMBERS = [
  [/^(?:config|container_config)\.Env\.\d+$/, "environment"],
  [/^(?:config|container_config)\.Labels\.(.*)$/s, "label"],
  [/^(?:.*\.)?annotations\.(.*)$/s, "annotation"],
  [/^(?:config|container_config)\.(Entrypoint|Cmd|Healthcheck)\./, "command"],
  [/^history\.\d+\./, "history"],
] as const;

function placed(path: string, text: string): readonly PlacedText[] {
  for (const [pattern, kind] of MEMBERS) {
    const match = pattern.exec(path);
    if (!match) continue;
    const name = match[1] ?? path;
    switch (kind) {
      case "environment":
        return [{ kind, name: text.split("=")[0] ?? "", text }];
      case "label":
      case "annotation":
        return [{ kind, name, text: `${name}=${text}` }];
      case "command":
        return [{ kind, name: name.toLowerCase(), text }];
      case "history":
        return [text, text.replaceAll(/\s+/g, "\n")].map((lines) => ({ kind, name: path, text: lines }));
    }
  }
  return [{ kind: "setting", name: path, text }];
}
