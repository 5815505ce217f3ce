import { posix } from "node:path";
import { lineOf } from "../file-texts.ts";
import type { Finding } from "../finding.ts";
import { type ComplianceFacts, errorsOf, type Validator } from "../validator.ts";

const finding = errorsOf("halves");

export const halves: Validator = {
  id: "halves",
  statement:
    "no file but those of `ops` and `runtime` joins two of `pm`, `container`, `deploy` and `policy`, and nothing is a manager",
  run: (facts) => sourcesOf(facts).flatMap(([file, text]) => [...joined(file, text), ...managers(file, text)]),
};

const ROOMS: readonly string[] = ["pm", "container", "deploy", "policy"];

const sourcesOf = ({ files }: ComplianceFacts): readonly (readonly [string, string])[] =>
  files
    .under("src/")
    .filter((path) => path.endsWith(".ts"))
    .map((path) => [path, files.text(path) ?? ""]);

function joined(file: string, text: string): readonly Finding[] {
  const own = file.split("/")[1] ?? "";
  if (own === "ops" || own === "runtime") return [];
  const imports = [...text.matchAll(/\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/g)].map((match) => match[1] ?? match[2] ?? "");
  const rooms = imports.flatMap((path) => {
    const room = posix.join(posix.dirname(file), path).split("/")[1] ?? "";
    return ROOMS.includes(room) && room !== own ? [{ room, path }] : [];
  });
  const names = [...new Set(rooms.map(({ room }) => room))].toSorted();
  if (names.length < 2) return [];
  return [finding(`joins \`${names.join("` and `")}\``, { file, line: lineOf(text, rooms.at(-1)?.path ?? "") })];
}

/** An object that owns everything has such a name sooner or later. */
const managers = (file: string, text: string): readonly Finding[] =>
  [...text.matchAll(/\b(?:class|interface|type) (\w*(?:Manager|Orchestrator))\b/g)].map((match) =>
    finding(`\`${match[1] ?? ""}\` is no noun of this house`, { file, line: lineOf(text, match[0]) }),
  );
