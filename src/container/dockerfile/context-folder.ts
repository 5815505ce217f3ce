import { posix } from "node:path";
import { VoxError } from "../../errors/vox-error.ts";
import { type Instruction, instructionsOf, type Word } from "../../oci/dockerfile-text.ts";
import { quotedValue } from "./quote.ts";
import type { TextEdit } from "./text-edits.ts";

/**
 * What makes a Dockerfile find its context in a folder of the context that it is built in: the sources of `COPY`, `ADD` and bind mounts.
 * @throws {VoxError} DEPLOY_UNSUPPORTED for a source that only a build could tell
 */
export const contextEdits = (text: string, folder: string): readonly TextEdit[] =>
  [...instructionsOf(text)].flatMap((instruction) => instructionEdits(instruction, folder));

function instructionEdits({ words }: Instruction, folder: string): readonly TextEdit[] {
  const name = words[0]?.text.toUpperCase() ?? "";
  const rest = words.slice(1);
  const count = rest.findIndex(({ text }) => !text.startsWith("--"));
  const flags = rest.slice(0, Math.max(count, 0));
  if (name === "ONBUILD") throw unsupported("has a trigger (`ONBUILD`)", "write what it does into the stage itself");
  if (name === "RUN") return flags.flatMap((flag) => mountEdit(flag, folder));
  if (name !== "COPY" && name !== "ADD") return [];
  if (flags.some(({ text }) => text.startsWith("--from="))) return [];
  const operands = rest.slice(flags.length);
  return jsonForm(operands) ? jsonEdits(operands, name, folder) : wordEdits(operands, name, folder);
}

/** The last one is where to. */
const wordEdits = (operands: readonly Word[], name: string, folder: string): readonly TextEdit[] =>
  operands.slice(0, -1).map(({ text, start }) => ({ start, end: start + text.length, text: inFolder(text, name, folder) }));

/** Whether the operands are a list in JSON, as the builder tells it. */
function jsonForm(operands: readonly Word[]): boolean {
  if (!operands[0]?.text.startsWith("[")) return false;
  try {
    const value: unknown = JSON.parse(operands.map(({ text }) => text).join(" "));
    return Array.isArray(value) && value.every((item) => typeof item === "string");
  } catch {
    return false;
  }
}

/** Said anew on one line: a text of the list may go over several words. */
function jsonEdits(operands: readonly Word[], name: string, folder: string): readonly TextEdit[] {
  const values: readonly unknown[] = JSON.parse(operands.map(({ text }) => text).join(" "));
  const sources = values.slice(0, -1).map((value) => inFolder(String(value), name, folder));
  return [replacing(operands, JSON.stringify([...sources, values.at(-1)]))];
}

/** All of some words, whatever stands between them. */
function replacing(words: readonly Word[], text: string): TextEdit {
  const last = words.at(-1);
  return { start: words[0]?.start ?? 0, end: (last?.start ?? 0) + (last?.text.length ?? 0), text };
}

const FETCHED = /^(?:https?|git|ssh):\/\/|^git@/i;

function inFolder(source: string, name: string, folder: string): string {
  if (source.startsWith("<<")) return source;
  if (name === "ADD" && FETCHED.test(source)) return source;
  const variable = source.includes("$");
  if (variable && (name === "ADD" || /(?:^|\/)\.\.(?:\/|$)/.test(source)))
    throw unsupported(`takes a source of \`${name}\` from \`${source}\``, "write the path itself");
  const path = variable || !source.includes("..") ? source : posix.normalize(`/${source}`);
  return `${folder}/${path.replace(/^\/+/, "")}`;
}

/** A bind mount without `from` is of the context, and without a source of all of it. */
function mountEdit({ text, start }: Word, folder: string): readonly TextEdit[] {
  if (!text.startsWith("--mount=")) return [];
  const fields = text.slice("--mount=".length).split(",");
  const valueOf = (...keys: readonly string[]) =>
    fields.find((field) => keys.some((key) => field.startsWith(`${key}=`)))?.replace(/^[^=]*=/, "");
  if ((valueOf("type") ?? "bind") !== "bind" || valueOf("from") !== undefined) return [];
  const others = fields.filter((field) => !/^(?:source|src)=/.test(field));
  const source = inFolder(valueOf("source", "src") ?? "", "RUN", folder);
  return [{ start, end: start + text.length, text: `--mount=${[...others, `source=${source}`].join(",")}` }];
}

/** `ARG`s with the given values as their defaults, so that nothing need be given to the build. */
export const argumentEdits = (text: string, values: Readonly<Record<string, string>>): readonly TextEdit[] =>
  [...instructionsOf(text)].flatMap(({ words: [first, ...words] }) => {
    if (first?.text.toUpperCase() !== "ARG") return [];
    const declared = quotedWords(words.map((word) => word.text).join(" "));
    const names = declared.map((word) => word.replace(/=.*$/s, ""));
    if (!names.some((name) => Object.hasOwn(values, name))) return [];
    const given = declared.map((word, index) => {
      const value = values[names[index] ?? ""];
      return value === undefined ? word : `${names[index]}=${quotedValue(value)}`;
    });
    return [replacing(words, given.join(" "))];
  });

/** Words as a shell parts them, with their quotes. */
const quotedWords = (text: string): readonly string[] => text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/gs) ?? [];

const unsupported = (what: string, hint: string): VoxError =>
  new VoxError("DEPLOY_UNSUPPORTED", `\`--format dockerfile\` cannot carry a \`dockerfile\` that ${what}`, { hint });
