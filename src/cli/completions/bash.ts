import type { CompletionNode, CompletionOption } from "./completion-tree.ts";

/** A completion script for bash 4 and newer: `source <(vox completions bash)`. */
export const bashCompletions = (
  tree: readonly CompletionNode[],
): string => `# Completions of vox for bash: source <(vox completions bash)
_vox() {
  local current previous path word words_here
  current=\${COMP_WORDS[COMP_CWORD]}
  previous=\${COMP_WORDS[COMP_CWORD - 1]}
  path=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
${tree.flatMap(stepsInto).join("\n")}
    esac
  done
  case "$path:$previous" in
${tree.flatMap(valueCases).join("\n")}
  esac
  case "$path" in
${tree.map(wordCase).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words_here" -- "$current"))
}
complete -o default -F _vox vox
`;

/** From a place in the tree a subcommand's name leads one step down. */
const stepsInto = (node: CompletionNode): readonly string[] =>
  node.subcommands.map(({ name }) => `      "${node.path} ${name}") path="${`${node.path} ${name}`.trim()}" ;;`);

const valueCases = (node: CompletionNode): readonly string[] =>
  node.options.flatMap((option) => {
    const reply = replyFor(option);
    return reply === undefined
      ? []
      : [`    ${option.flags.map((flag) => `"${node.path}:${flag}"`).join(" | ")}) ${reply}; return ;;`];
  });

function replyFor({ value }: CompletionOption): string | undefined {
  switch (value.kind) {
    case "none":
      return undefined;
    case "choices":
      return `COMPREPLY=($(compgen -W "${value.choices.join(" ")}" -- "$current"))`;
    case "folder":
      return 'COMPREPLY=($(compgen -d -- "$current"))';
    case "file":
      return 'COMPREPLY=($(compgen -f -- "$current"))';
    case "text":
      return "COMPREPLY=()";
  }
}

const wordCase = (node: CompletionNode): string => {
  const words = [
    ...node.subcommands.map(({ name }) => name),
    ...(node.argument.kind === "choices" ? node.argument.choices : []),
    ...node.options.flatMap(({ flags }) => flags),
  ];
  return `    "${node.path}") words_here="${words.join(" ")}" ;;`;
};
