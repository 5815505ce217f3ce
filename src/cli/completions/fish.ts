import type { CompletionNode, CompletionOption } from "./completion-tree.ts";

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
    ...(node.argumentChoices.length === 0 ? [] : [`${when} -a ${quoted(node.argumentChoices.join(" "))}`]),
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
      return ["-x", "-a", quoted("(__fish_complete_directories)")];
    case "text":
      return ["-x"];
  }
}

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
