import type { CompletionNode, CompletionOption, CompletionValue } from "./completion-tree.ts";

/** A completion script for zsh: put it as `_vox` into a folder of `$fpath`. */
export const zshCompletions = (tree: readonly CompletionNode[]): string => `#compdef vox
# Completions of vox for zsh: vox completions zsh > "\${fpath[1]}/_vox"
_vox() {
  local path= word
  local -a commands arguments
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$path $word" in
${tree.flatMap(stepsInto).join("\n")}
    esac
  done
  case "$path" in
${tree.map(nodeCase).join("\n")}
  esac
}
_vox "$@"
`;

const stepsInto = (node: CompletionNode): readonly string[] =>
  node.subcommands.map(({ name }) => `      "${node.path} ${name}") path="${`${node.path} ${name}`.trim()}" ;;`);

function nodeCase(node: CompletionNode): string {
  const commands = node.subcommands.map(({ name, summary }) => quoted(`${name}:${summary}`)).join(" ");
  // The command's own words are arguments to zsh, so that there is a place for some, always.
  const argument = node.argument.kind === "none" ? ":value:" : valueSpec(node.argument);
  const rest = node.subcommands.length === 0 ? argument : ":command:{ _describe command commands }";
  const specs = [...node.options.map(optionSpec), quoted(`*${rest}`)].join(" ");
  return `    "${node.path}")\n      commands=(${commands})\n      _arguments -S ${specs} ;;`;
}

/** An option for `_arguments`: the spellings exclude each other. */
function optionSpec(option: CompletionOption): string {
  const tail = `[${option.description.replaceAll(/[[\]:]/g, "\\$&")}]${valueSpec(option.value)}`;
  const again = option.repeatable === true ? "*" : "";
  if (option.flags.length === 1) return quoted(`${again}${option.flags[0] ?? ""}${tail}`);
  return `${quoted(`(${option.flags.join(" ")})`)}{${option.flags.join(",")}}${quoted(tail)}`;
}

function valueSpec(value: CompletionValue): string {
  switch (value.kind) {
    case "none":
      return "";
    case "choices":
      return `:value:(${value.choices.join(" ")})`;
    case "folder":
      return ":folder:_files -/";
    case "file":
      return ":file:_files";
    case "text":
      return ":value:";
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
