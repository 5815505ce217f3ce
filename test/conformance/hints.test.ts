import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { COMMAND_REGISTRY } from "../../src/cli/generated/command-registry.ts";

/** A text of the program as it stands in the source; what is filled in at run time is a word in capitals. */
interface SourceText {
  readonly file: string;
  readonly text: string;
}

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "generated" ? [] : sources(path);
    return path.endsWith(".ts") ? [path] : [];
  });

function textsOf(file: string): SourceText[] {
  const texts: SourceText[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) texts.push({ file, text: node.text });
    if (ts.isTemplateExpression(node)) {
      const filled = node.templateSpans.map(({ literal }) => `FILLED${literal.text}`);
      texts.push({ file, text: [node.head.text, ...filled].join("") });
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest));
  return texts;
}

const quoted = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner ?? "");

const { commands, groups, global_options: globals } = COMMAND_REGISTRY;
const everywhere = new Set(["--help", "--version", ...globals.map(({ name }) => `--${name}`)]);
const anywhere = new Set([...everywhere, ...commands.flatMap(({ options }) => options.map(({ name }) => `--${name}`))]);

/** What is wrong with a command line that a text names. */
function fault(line: string): string | undefined {
  const words = line.split(/\s+/).slice(1);
  const options = words.filter((word) => word.startsWith("--")).map((word) => word.replace(/=.*$/, ""));
  const [first = ""] = words;
  const called = [3, 2, 1].map((length) => words.slice(0, length).join(" "));
  if (first === "" || first.startsWith("--") || /^[A-Z]/.test(first)) return unknownOption(options, everywhere);
  const command = called.flatMap((name) => commands.filter(({ path }) => path === name))[0];
  if (command) {
    if (command.arguments.length === 0 && words[command.path.split(" ").length]?.startsWith("--") === false)
      return `\`vox ${command.path}\` takes no argument`;
    return unknownOption(options, new Set([...everywhere, ...command.options.map(({ name }) => `--${name}`)]));
  }
  const isGroup = groups.some(({ name }) => name === words.filter((word) => !word.startsWith("--")).join(" "));
  return isGroup ? undefined : `there is no \`vox ${first}\``;
}

const unknownOption = (options: readonly string[], known: ReadonlySet<string>): string | undefined => {
  const unknown = options.find((option) => !known.has(option));
  return unknown && `there is no \`${unknown}\` there`;
};

/** Contracts, §8: asking for `install` names what to run instead; its absence is the point. */
const NOT_OFFERED = new Set(["vox install"]);

const texts = sources("src").flatMap(textsOf);
const lines = texts.flatMap(({ file, text }) =>
  quoted(text).flatMap((line) => (/^vox( |$)/.test(line) && !NOT_OFFERED.has(line) ? [{ file, line }] : [])),
);

describe("what the program tells people to run exists", () => {
  it("finds the commands that are named", () => {
    expect(lines.length).toBeGreaterThan(30);
  });

  it("every command, with its arguments and options", () => {
    expect(lines.flatMap(({ file, line }) => (fault(line) ? [`${file}: \`${line}\`: ${fault(line) ?? ""}`] : []))).toEqual([]);
  });

  it("every option that is named alone", () => {
    const options = texts
      .filter(({ file }) => !/process-|git|source-revision/.test(file))
      .flatMap(({ file, text }) =>
        quoted(text).flatMap((word) => (/^--[a-z]/.test(word) ? [{ file, word: word.split(/[ =]/)[0] ?? "" }] : [])),
      );
    expect(options.filter(({ word }) => !anywhere.has(word))).toEqual([]);
  });

  it.each([
    ["vox install", "there is no `vox install`"],
    ["vox pm", undefined],
    ["vox pm nothing", "there is no `vox pm`"],
    ["vox lock --frozen", "there is no `--frozen` there"],
    ["vox lock NAME", "`vox lock` takes no argument"],
    ["vox update NAME --precise VERSION", undefined],
    ["vox COMMAND --help", undefined],
  ])("knows that `%s` is right or wrong", (line, wrong) => {
    expect(fault(line)).toBe(wrong);
  });
});
