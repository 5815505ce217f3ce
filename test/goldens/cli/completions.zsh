#compdef vox
# Completions of vox for zsh: vox completions zsh > "${fpath[1]}/_vox"
_vox() {
  local path= word
  local -a commands arguments
  for word in "${(@)words[2,CURRENT-1]}"; do
    case "$path $word" in
      " init") path="init" ;;
      " add") path="add" ;;
      " remove") path="remove" ;;
      " update") path="update" ;;
      " lock") path="lock" ;;
      " sync") path="sync" ;;
      " tree") path="tree" ;;
      " why") path="why" ;;
      " outdated") path="outdated" ;;
      " login") path="login" ;;
      " logout") path="logout" ;;
      " package") path="package" ;;
      " verify") path="verify" ;;
      " deploy") path="deploy" ;;
      " deployments") path="deployments" ;;
      " commands") path="commands" ;;
      " explain") path="explain" ;;
      " doctor") path="doctor" ;;
      " upgrade") path="upgrade" ;;
      " completions") path="completions" ;;
      " pm") path="pm" ;;
      " keys") path="keys" ;;
      " ci") path="ci" ;;
      "pm publish") path="pm publish" ;;
      "pm search") path="pm search" ;;
      "pm info") path="pm info" ;;
      "pm yank") path="pm yank" ;;
      "pm index") path="pm index" ;;
      "pm mirror") path="pm mirror" ;;
      "pm vendor") path="pm vendor" ;;
      "pm verify") path="pm verify" ;;
      "pm cache") path="pm cache" ;;
      "pm cache dir") path="pm cache dir" ;;
      "pm cache status") path="pm cache status" ;;
      "pm cache gc") path="pm cache gc" ;;
      "pm cache clear") path="pm cache clear" ;;
      "keys generate") path="keys generate" ;;
      "ci command-compliance") path="ci command-compliance" ;;
      "ci docs-sync") path="ci docs-sync" ;;
      "ci pm-provenance") path="ci pm-provenance" ;;
    esac
  done
  case "$path" in
    "")
      commands=('init:Write a Vox.toml where there is none' 'add:Add dependencies to Vox.toml and lock them' 'remove:Remove dependencies from Vox.toml and lock what is left' 'update:Lock the highest versions that the manifests admit' 'lock:Write vox.lock from the manifests, base images included, or check it' 'sync:Fetch what vox.lock names, verify it and link it as .vox_modules' 'tree:Show what the package depends on, from vox.lock alone' 'why:Tell why a package is locked, and why in this version' 'outdated:List what is newer than vox.lock, base images included' 'login:Log in to a registry and keep the credentials where Docker does' 'logout:Forget the credentials of a registry' 'package:Build the application'\''s image into a folder' 'verify:Prove who made an image and that it holds what its lock says' 'deploy:Build the application'\''s image and bring it to where it runs' 'deployments:List what was deployed to an environment, by whom and with what result' 'commands:List every command' 'explain:Say what an error code means and what to do about it' 'doctor:Say what of this machine vox can use, and what is wrong with it' 'upgrade:Say whether there is a newer release of vox itself, or install it' 'completions:Print a completion script for a shell' 'pm:Work with registries and packages' 'keys:Keys that sign images' 'ci:Check what the repository promises')
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' '(-V --version)'{-V,--version}'[Print the version]' '*:command:{ _describe command commands }' ;;
    "pm")
      commands=('publish:Publish the package to a registry' 'search:Find packages of a registry by name or description' 'info:Tell what a registry has of a package' 'yank:Have a version passed over when versions are chosen, or take that back' 'index:Write the index of a registry anew from its tags' 'mirror:Copy packages with all that is attached to them to another registry, a folder or a file' 'vendor:Put all that vox.lock names into a folder of the project, for use without a network' 'verify:Prove what vox.lock says against registries, archives and .vox_modules' 'cache:Look after the content cache')
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' '*:command:{ _describe command commands }' ;;
    "pm cache")
      commands=('dir:Print the folder of the cache' 'status:Tell what the cache holds, and when it was last used' 'gc:Remove from the cache what was not used for long, and nothing that is in use' 'clear:Remove all that is in the cache')
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' '*:command:{ _describe command commands }' ;;
    "keys")
      commands=('generate:Write a new pair of keys for signing')
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' '*:command:{ _describe command commands }' ;;
    "ci")
      commands=('command-compliance:Prove that the command registry, the program and the reference agree' 'docs-sync:Write the generated reference pages and schemas, or check that they are fresh' 'pm-provenance:Check the provenance of the locked packages against what their registries hold')
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' '*:command:{ _describe command commands }' ;;
    "init")
      commands=()
      _arguments -S '--name[Name of the package; the folder'\''s name by default]:value:' '--kind[Kind of the package]:value:(application library skill agent workflow component snippet workspace)' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "add")
      commands=()
      _arguments -S '--dev[Add to \[dev-dependencies\]]' '--skill[Add to \[skills\]]' '--features[Features to turn on beside those that are, parted by commas]:value:' '--no-default-features[Leave the package'\''s default features off]' '--optional[Let a feature bring the package in]' '--registry[Registry of \[registries\] to take the package from]:value:' '--path[Folder to take the package from]:folder:_files -/' '--git[Git repository to take the package from]:value:' '--tag[Tag of the git repository]:value:' '--branch[Branch of the git repository]:value:' '--rev[Commit of the git repository]:value:' '--locked[Refuse to run, for the lock would change]' '--frozen[As --locked]' '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "remove")
      commands=()
      _arguments -S '--dev[Remove from \[dev-dependencies\] only]' '--skill[Remove from \[skills\] only]' '--locked[Refuse to run, for the lock would change]' '--frozen[As --locked]' '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "update")
      commands=()
      _arguments -S '--precise[Lock this version of the one package that is named]:value:' '--base-images[Ask the tags of base images again; without NAME packages stay as they are]' '--locked[Refuse to run, for the lock would change]' '--frozen[As --locked]' '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "lock")
      commands=()
      _arguments -S '--locked[Change nothing; fail when vox.lock is missing or stale]' '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "sync")
      commands=()
      _arguments -S '--locked[Fail when vox.lock is missing or stale instead of writing it]' '--frozen[As --locked, and ask registries for blobs by digest only]' '--offline[Use no network; what the cache cannot prove is an error]' '--prod[Leave dev-dependencies out]' '--link-mode[How .vox_modules holds the packages]:value:(symlink hardlink copy)' '--verify[Hash every unpacked file again instead of those that changed]:value:(full)' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "tree")
      commands=()
      _arguments -S '--prod[Leave dev-dependencies out]' '--depth[Levels to show below the top]:value:' '--invert[Show what depends on this package instead]:value:' '--sbom[Print a bill of materials of what enters the image instead; what the cache lacks is fetched]:value:(cyclonedx spdx)' '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "why")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "outdated")
      commands=()
      _arguments -S '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm publish")
      commands=()
      _arguments -S '--dry-run[Make the archive and check it, and publish nothing]' '--list[List the files that enter the package, with the reason, and publish nothing]' '--registry[Registry of \[registries\] to publish to]:value:' '--allow-dirty[Publish although the working tree differs from its commit]' '--workspace[Publish every member that another package may depend on, dependencies first]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm search")
      commands=()
      _arguments -S '--registry[Registry of \[registries\] to search]:value:' '--limit[Packages to list at most]:value:' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm info")
      commands=()
      _arguments -S '--registry[Registry of \[registries\] to ask]:value:' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm yank")
      commands=()
      _arguments -S '--reason[Why, for those who ask for the version]:value:' '--undo[Take the yank back]' '--registry[Registry of \[registries\] that has the version]:value:' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm index")
      commands=()
      _arguments -S '--registry[Registry of \[registries\] to index]:value:' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm mirror")
      commands=()
      _arguments -S '--to[Where to\: oci\://host/prefix, file\:DIR, FILE.tar, or a registry of \[registries\]]:value:' '--from[Where from, written the same way; by default the registries of the project]:value:' '--all[Copy every version of every package that the source lists]' '--all-versions[Copy every version of the packages that are named]' '--with-dependencies[Copy every version too that what is copied may be resolved with]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm vendor")
      commands=()
      _arguments -S '--dir[Folder at the top of the project]:value:' '--base-images[Base images too, for every locked platform]' '--offline[No network at all, only what the cache and the folder can prove]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm verify")
      commands=()
      _arguments -S '--offline[No network at all, only what the cache and the project'\''s own content can prove]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "login")
      commands=()
      _arguments -S '--username[User name; asked for on a terminal by default]:value:' '--password-stdin[Read the password from standard input instead of asking for it]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "logout")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm cache dir")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm cache status")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm cache gc")
      commands=()
      _arguments -S '--max-age[Remove what was not used for so long]:value:' '--max-size[Then remove the least recently used, until the cache is no larger]:value:' '--dry-run[Tell what would go, and remove nothing]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "pm cache clear")
      commands=()
      _arguments -S '(-y --yes)'{-y,--yes}'[Clear it although projects are linked to it; `vox sync` links them again]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "package")
      commands=()
      _arguments -S '--format[What to write]:value:(oci-layout docker-archive)' '--out[Folder to write; dist/FORMAT by default]:folder:_files -/' '--list[List the files that enter the application layer, with the reason, and build nothing]' '--sign-key[Sign the layout with this private key, and attach bills of materials and provenance]:value:' '--signature-format[How signatures are written; bundle is cosign 3'\''s, legacy the older tag]:value:(bundle legacy both)' '--locked[Fail when vox.lock is missing or stale; this is always so]' '--frozen[As --locked, and ask registries for blobs by digest only]' '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "verify")
      commands=()
      _arguments -S '--key[Public key of who must have signed; of several one must have]:value:' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "keys generate")
      commands=()
      _arguments -S '--out[Write PREFIX.key, encrypted, and PREFIX.pub; neither may be there]:value:' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "deploy")
      commands=()
      _arguments -S '--target[Where to deploy; the file'\''s deploy.target by default]:value:(container)' '--load[Load the image into the container engine]' '--run[Run the image in the container engine]' '--tag[Another tag for the image; may be given more than once]:value:' '--dry-run[Say what would be done, and change nothing]' '--sign-key[Sign the image with this private key, and attach bills of materials and provenance]:value:' '--signature-format[How signatures are written; bundle is cosign 3'\''s, legacy the older tag]:value:(bundle legacy both)' '--take-over[Go on although somebody'\''s deployment has not ended, because it never will]' '--locked[Fail when vox.lock is missing or stale; this is always so]' '--frozen[As --locked, and ask registries for blobs by digest only]' '--offline[Use no network; what the cache cannot prove is an error]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "deployments")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "ci command-compliance")
      commands=()
      _arguments -S '--format[How to print the findings]:value:(text json sarif github)' '--list[List the checks, and run none]' '--only[Run this check; may be given more than once]:value:' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "ci docs-sync")
      commands=()
      _arguments -S '--check[Name the files that are not fresh, and write none; this is the default]' '--write[Write the files that are not fresh]' '--format[How to print the findings]:value:(text json sarif github)' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "ci pm-provenance")
      commands=()
      _arguments -S '--strict[Missing, dirty and unknown provenance is an error, not advice]' '--format[How to print the findings]:value:(text json sarif github)' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "commands")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "explain")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "doctor")
      commands=()
      _arguments -S '--probe[Check only what every command needs, ask no network and no engine, and print nothing when all is well]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "upgrade")
      commands=()
      _arguments -S '--from[Address or folder of a release, with its checksums.txt; that of the install policy by default]:value:' '--apply[Install it, after its file was proved by the checksums]' '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' ;;
    "completions")
      commands=()
      _arguments -S '--package[Work on this member of the workspace instead of the one whose folder you stand in]:value:' '--json[Print one JSON document on stdout]' '--color[Colour what is told on stderr]:value:(auto always never)' '(-q --quiet)'{-q,--quiet}'[Tell warnings and errors only]' '(-v --verbose)'{-v,--verbose}'[Tell each blob that moves, and the stack of a bug]' '--project[Work as if standing in this folder]:folder:_files -/' '--no-progress[Do not rewrite a line to show progress]' '(-h --help)'{-h,--help}'[Print help]' '*:value:(bash zsh fish)' ;;
  esac
}
_vox "$@"
