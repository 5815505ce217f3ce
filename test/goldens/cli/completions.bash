# Completions of vox for bash: source <(vox completions bash)
_vox() {
  local current previous path word words_here
  current=${COMP_WORDS[COMP_CWORD]}
  previous=${COMP_WORDS[COMP_CWORD - 1]}
  path=
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      " init") path="init" ;;
      " lock") path="lock" ;;
      " sync") path="sync" ;;
      " package") path="package" ;;
      " deploy") path="deploy" ;;
      " commands") path="commands" ;;
      " explain") path="explain" ;;
      " completions") path="completions" ;;
      " pm") path="pm" ;;
      " ci") path="ci" ;;
      "pm publish") path="pm publish" ;;
      "pm index") path="pm index" ;;
      "ci command-compliance") path="ci command-compliance" ;;
      "ci docs-sync") path="ci docs-sync" ;;
    esac
  done
  case "$path:$previous" in
    ":--package") COMPREPLY=(); return ;;
    ":--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    ":--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "pm:--package") COMPREPLY=(); return ;;
    "pm:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "pm:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "ci:--package") COMPREPLY=(); return ;;
    "ci:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "ci:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "init:--name") COMPREPLY=(); return ;;
    "init:--kind") COMPREPLY=($(compgen -W "application library skill agent workflow component snippet workspace" -- "$current")); return ;;
    "init:--package") COMPREPLY=(); return ;;
    "init:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "init:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "lock:--package") COMPREPLY=(); return ;;
    "lock:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "lock:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "sync:--link-mode") COMPREPLY=($(compgen -W "symlink hardlink copy" -- "$current")); return ;;
    "sync:--verify") COMPREPLY=($(compgen -W "full" -- "$current")); return ;;
    "sync:--package") COMPREPLY=(); return ;;
    "sync:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "sync:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "pm publish:--registry") COMPREPLY=(); return ;;
    "pm publish:--package") COMPREPLY=(); return ;;
    "pm publish:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "pm publish:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "pm index:--registry") COMPREPLY=(); return ;;
    "pm index:--package") COMPREPLY=(); return ;;
    "pm index:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "pm index:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "package:--format") COMPREPLY=($(compgen -W "oci-layout docker-archive" -- "$current")); return ;;
    "package:--out") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "package:--package") COMPREPLY=(); return ;;
    "package:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "package:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "deploy:--target") COMPREPLY=($(compgen -W "container" -- "$current")); return ;;
    "deploy:--tag") COMPREPLY=(); return ;;
    "deploy:--package") COMPREPLY=(); return ;;
    "deploy:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "deploy:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "ci command-compliance:--format") COMPREPLY=($(compgen -W "text json sarif github" -- "$current")); return ;;
    "ci command-compliance:--only") COMPREPLY=(); return ;;
    "ci command-compliance:--package") COMPREPLY=(); return ;;
    "ci command-compliance:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "ci command-compliance:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "ci docs-sync:--package") COMPREPLY=(); return ;;
    "ci docs-sync:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "ci docs-sync:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "commands:--package") COMPREPLY=(); return ;;
    "commands:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "commands:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "explain:--package") COMPREPLY=(); return ;;
    "explain:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "explain:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
    "completions:--package") COMPREPLY=(); return ;;
    "completions:--color") COMPREPLY=($(compgen -W "auto always never" -- "$current")); return ;;
    "completions:--project") COMPREPLY=($(compgen -d -- "$current")); return ;;
  esac
  case "$path" in
    "") words_here="init lock sync package deploy commands explain completions pm ci --package --json --color -q --quiet -v --verbose --project --no-progress -h --help -V --version" ;;
    "pm") words_here="publish index --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "ci") words_here="command-compliance docs-sync --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "init") words_here="--name --kind --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "lock") words_here="--locked --offline --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "sync") words_here="--locked --frozen --offline --prod --link-mode --verify --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "pm publish") words_here="--dry-run --list --registry --allow-dirty --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "pm index") words_here="--registry --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "package") words_here="--format --out --list --locked --frozen --offline --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "deploy") words_here="--target --load --run --tag --dry-run --locked --frozen --offline --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "ci command-compliance") words_here="--format --list --only --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "ci docs-sync") words_here="--check --write --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "commands") words_here="--package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "explain") words_here="--package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
    "completions") words_here="bash zsh fish --package --json --color -q --quiet -v --verbose --project --no-progress -h --help" ;;
  esac
  COMPREPLY=($(compgen -W "$words_here" -- "$current"))
}
complete -o default -F _vox vox
