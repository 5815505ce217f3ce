import type { CompletionNode, CompletionOption, CompletionValue } from "./completion-tree.ts";

/** A completion script for fish: `vox completions fish > ~/.config/fish/completions/vox.fish`. */
export const fishCompletions = (
  tree: readonly CompletionNode[],
): string => `# Completions of vox for fish: vox completions fish | source
function __vox_path
    set -l path
    for word in (commandline -opc)[2..-1]
        switch "$path $word"
${tree.flatMap(stepsInto).join("\n")}
        end
    end
    echo $path
end
complete -c vox -f
${tree.flatMap(nodeLines).join("\n")}
`;

const stepsInto = (node: CompletionNode): readonly string[] =>
  node.subcommands.map(
    ({ name }) => `            case '${node.path} ${name}'\n                set path '${`${node.path} ${name}`.trim()}'`,
  );

function nodeLines(node: CompletionNode): readonly string[] {
  const when = `complete -c vox -n ${quoted(`test (__vox_path) = '${node.path}'`)}`;
  return [
    ...node.subcommands.map(({ name, summary }) => `${when} -a ${name} -d ${quoted(summary)}`),
    ...argumentWords(node.argument).map((words) => `${when} ${words}`),
    ...node.options.map((option) => `${when} ${optionWords(option)} -d ${quoted(option.description)}`),
  ];
}

const optionWords = (option: CompletionOption): string =>
  [
    ...option.flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)),
    ...valueWords(option),
  ].join(" ");

function valueWords({ value }: CompletionOption): readonly string[] {
  switch (value.kind) {
    case "none":
      return [];
    case "choices":
      return ["-x", "-a", quoted(value.choices.join(" "))];
    case "folder":
      return ["-x", "-a", FOLDERS];
    case "file":
      return ["-r", "-F"];
    case "text":
      return ["-x"];
  }
}

const FOLDERS = "'(__fish_complete_directories)'";

function argumentWords(argument: CompletionValue): readonly string[] {
  switch (argument.kind) {
    case "choices":
      return [`-a ${quoted(argument.choices.join(" "))}`];
    case "folder":
      return [`-a ${FOLDERS}`];
    case "file":
      return ["-F"];
    case "none":
    case "text":
      return [];
  }
}

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
