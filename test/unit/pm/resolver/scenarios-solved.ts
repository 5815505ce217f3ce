/** `[what holds, the world]`; what the resolver says of each is in `test/goldens/resolver/solved.txt`. */
export const SOLVED: readonly (readonly [string, string])[] = [
  ["A project that asks for nothing locks nothing", `project app: nothing`],
  [
    "The highest version that a range admits is chosen",
    `
    project app: a ^1
    a 1.0.0:
    a 1.9.0:
    a 1.10.0:
    a 2.0.0:`,
  ],
  [
    "A bare version is a caret range",
    `
    project app: a 1.2, b 0.3
    a 1.2.0:
    a 1.9.9:
    a 2.0.0:
    b 0.3.7:
    b 0.4.0:`,
  ],
  [
    "A comma is AND and two bars are OR",
    `
    project app: a >=1.2,<1.5, b ^1||^3
    a 1.1.0:
    a 1.4.0:
    a 1.5.0:
    b 1.0.0:
    b 3.1.0:
    b 4.0.0:`,
  ],
  [
    "An older version is taken where a newer one does not fit its neighbour",
    `
    project app: a ^1, b ^1
    a 1.0.0: b ^1
    a 1.1.0: b ^2
    b 1.0.0:
    b 2.0.0:`,
  ],
  [
    "The search goes back over more than one decision",
    `
    project app: a *, b *
    a 1.0.0: shared =1.0.0
    a 2.0.0: shared =2.0.0
    b 1.0.0: shared =1.0.0
    b 2.0.0: shared =3.0.0
    shared 1.0.0:
    shared 2.0.0:
    shared 3.0.0:`,
  ],
  [
    "A conclusion once drawn spares the rest of a search",
    `
    project app: a *, c *
    a 1.0.0:
    a 2.0.0: b ^1
    b 1.0.0: c ^1
    c 1.0.0:
    c 2.0.0:
    c 3.0.0: ghost ^1`,
  ],
  [
    "Packages may depend on each other in a circle",
    `
    project app: a ^1
    a 1.0.0: b ^1
    b 1.0.0: c ^1
    c 1.0.0: a ^1`,
  ],
  [
    "A locked version is kept although a newer one is out",
    `
    project app: a ^1, b ^1
    lock a 1.0.0
    a 1.0.0:
    a 1.1.0:
    b 1.0.0:
    b 1.1.0:`,
  ],
  [
    "A locked version that no longer fits is left",
    `
    project app: a ^1.1
    lock a 1.0.0
    a 1.0.0:
    a 1.1.0:
    a 1.2.0:`,
  ],
  [
    "A locked version gives way where a new requirement needs it to",
    `
    project app: a ^1, b ^1
    lock a 1.0.0
    lock b 1.0.0
    a 1.0.0:
    a 1.1.0:
    b 1.0.0: a ^1.1`,
  ],
  [
    "Updating one name leaves the others locked",
    `
    project app: a ^1, b ^1
    lock a 1.0.0
    lock b 1.0.0
    update a
    a 1.0.0:
    a 1.1.0:
    b 1.0.0:
    b 1.1.0:`,
  ],
  [
    "A precise update chooses that version and no other",
    `
    project app: a ^1, b ^1
    precise a 1.1.0
    a 1.0.0:
    a 1.1.0:
    a 1.2.0:
    b 1.0.0: a ^1`,
  ],
  [
    "A precise version of a name that nobody asks for changes nothing",
    `
    project app: b ^1
    precise a 1.1.0
    b 1.0.0:`,
  ],
  [
    "A pre-release is passed over by a range that names none",
    `
    project app: a ^1, b *
    a 1.0.0:
    a 1.1.0-beta.1:
    b 2.0.0:
    b 3.0.0-rc.1:`,
  ],
  [
    "A pre-release is chosen by a range that names one of the same three numbers",
    `
    project app: a ^1.1.0-alpha
    a 1.0.0:
    a 1.1.0-alpha:
    a 1.1.0-beta.2:
    a 1.2.0-alpha:`,
  ],
  [
    "A release is higher than its own pre-releases",
    `
    project app: a >=1.1.0-alpha
    a 1.1.0-beta.2:
    a 1.1.0:
    a 1.2.0-alpha:`,
  ],
  [
    "A yanked version is passed over",
    `
    project app: a ^1
    a 1.0.0:
    a 1.1.0 yanked:`,
  ],
  [
    "A yanked version stays where it is locked",
    `
    project app: a ^1, b ^1
    lock a 1.1.0
    a 1.0.0:
    a 1.1.0 yanked:
    b 1.0.0: a ^1`,
  ],
  [
    "A yanked version that is unlocked is passed over again",
    `
    project app: a ^1
    lock a 1.1.0
    update a
    a 1.0.0:
    a 1.1.0 yanked:`,
  ],
  [
    "A yanked version is chosen where the project asks for exactly it, whoever else asks",
    `
    project app: a =1.1.0, b ^1
    a 1.0.0:
    a 1.1.0 yanked:
    b 1.0.0: a ^1`,
  ],
  [
    "Default features are on unless they are switched off",
    `
    project app: a ^1, b ^1 -default
    a 1.0.0: x ^1 optional | default=dep:x
    b 1.0.0: y ^1 optional | default=dep:y
    x 1.0.0:
    y 1.0.0:`,
  ],
  [
    "Default features are on for all as soon as one asks for them",
    `
    project app: a ^1 -default, b ^1
    a 1.0.0: x ^1 optional | default=dep:x
    b 1.0.0: a ^1
    x 1.0.0:`,
  ],
  [
    "Features add up over everybody who asks",
    `
    project app: a ^1 +tls, b ^1
    a 1.0.0: x ^1 optional, y ^1 optional | tls=dep:x | zip=dep:y
    b 1.0.0: a ^1 +zip
    x 1.0.0:
    y 1.0.0:`,
  ],
  [
    "A feature may switch on others, in a circle too",
    `
    project app: a ^1 +full
    a 1.0.0: x ^1 optional | full=tls | tls=full,dep:x
    x 1.0.0:`,
  ],
  [
    "An optional dependency that nobody switches on is not there, not even in the registry",
    `
    project app: a ^1
    a 1.0.0: ghost ^1 optional`,
  ],
  [
    "An optional dependency is a feature of its own name",
    `
    project app: a ^1 +x
    a 1.0.0: x ^1 optional
    x 1.0.0:`,
  ],
  [
    "A feature of a dependency switches the optional dependency on",
    `
    project app: a ^1 +tls
    a 1.0.0: x ^1 optional | tls=x/fast
    x 1.0.0: y ^1 optional | fast=dep:y
    y 1.0.0:`,
  ],
  [
    "A weak feature waits for the dependency to be switched on by something else",
    `
    project app: a ^1 +tls, b ^1 +tls +x
    a 1.0.0: x ^1 optional | tls=x?/fast
    b 1.0.0: x ^1 optional | tls=x?/fast
    x 1.0.0: y ^1 optional | fast=dep:y
    y 1.0.0:`,
  ],
  [
    "A weak feature does not switch its dependency on",
    `
    project app: a ^1 +tls
    a 1.0.0: x ^1 optional | tls=x?/fast
    x 1.0.0:`,
  ],
  [
    "A version that lacks the feature is passed over",
    `
    project app: a ^1 +tls
    a 1.0.0: | tls=
    a 1.1.0: | tls=
    a 1.2.0: | ssl=`,
  ],
  [
    "What a feature brings must fit like everything else",
    `
    project app: a ^1 +tls, x ^1
    a 1.0.0: x ^1 optional | tls=dep:x
    a 1.1.0: x ^2 optional | tls=dep:x
    x 1.0.0:
    x 2.0.0:`,
  ],
  [
    "All features and optional dependencies of a member are locked",
    `
    project app: x ^1 optional, y ^1 | fast=y/quick
    x 1.0.0:
    y 1.0.0: z ^1 optional | quick=dep:z
    z 1.0.0:`,
  ],
  [
    "What only a dev-dependency brings in is told apart",
    `
    project app: a ^1, dev t ^1
    a 1.0.0: x ^1 optional | tls=dep:x
    t 1.0.0: a ^1 +tls
    x 1.0.0:`,
  ],
  [
    "A dependency and a dev-dependency of one name must both fit",
    `
    project app: a ^1, dev a <1.5
    a 1.0.0:
    a 1.6.0:`,
  ],
  [
    "The members of a workspace are resolved together",
    `
    project web library: a ^1
    project api: a <1.5, web path
    a 1.2.0:
    a 1.6.0:`,
  ],
  [
    "A member that is depended on is not locked as a package",
    `
    project app: lib path +extra
    project lib library: a ^1 | extra=
    a 1.0.0:`,
  ],
  [
    "Members may develop against each other in a circle",
    `
    project app library: lib path
    project lib library: dev app path`,
  ],
  [
    "A folder's dependencies are resolved, its dev-dependencies and unasked options not",
    `
    project app: shared path
    folder shared 1.4.0: a ^1, dev ghost ^1, b ^1 optional
    a 1.0.0:`,
  ],
  [
    "A folder that the project depends on stands in for the registry's package, whoever asks",
    `
    project app: shared path, a ^1
    folder shared 1.4.0:
    a 1.0.0: shared ^1.2
    shared 1.9.0:`,
  ],
  [
    "A package from git is taken as it was fetched",
    `
    project app: lib git
    git lib 3.0.0: a ^1
    a 1.0.0:`,
  ],
  [
    "A package's own dependencies come from its own registry",
    `
    project app: kit ^1 from corp
    corp/kit 1.0.0: base ^1
    corp/base 1.0.0:
    base 1.9.0:`,
  ],
  [
    "A requirement of the project decides between two registries",
    `
    project app: kit ^1 from corp, a ^1, base ^1 from corp
    corp/kit 1.0.0: base ^1
    a 1.0.0: base ^1
    corp/base 1.0.0:
    base 1.9.0:`,
  ],
  [
    "A patch replaces a source everywhere",
    `
    project app: a ^1, b ^1
    patch b path
    folder b 1.7.0: c ^1
    a 1.0.0: b ^1.5
    b 1.6.0:
    c 1.0.0:`,
  ],
  [
    "A patch decides between two registries",
    `
    project app: kit ^1 from corp, a ^1
    patch base ^1 from corp
    corp/kit 1.0.0: base ^1
    a 1.0.0: base ^1
    corp/base 1.0.0:
    base 1.9.0:`,
  ],
  [
    "A patch with a version narrows what everybody asks",
    `
    project app: a ^1
    patch b =1.1.0
    a 1.0.0: b ^1
    b 1.1.0:
    b 1.2.0:`,
  ],
  [
    "A dash and an underscore are the same letter",
    `
    project app: my-kit ^1, a ^1
    a 1.0.0: my_kit <1.5
    my-kit 1.0.0:
    my-kit 1.6.0:`,
  ],
  [
    "Skills, agents, workflows and components can be depended on",
    `
    project app: s ^1, g ^1, w ^1, c ^1, skill s ^1
    s 1.0.0 skill:
    g 1.0.0 agent:
    w 1.0.0 workflow:
    c 1.0.0 component:`,
  ],
  [
    "A version that is no skill is passed over where a skill is asked for",
    `
    project app: skill s ^1
    s 1.0.0 skill:
    s 1.1.0 library:`,
  ],
  [
    "A tag that is no version is passed over",
    `
    project app: a *
    a 1.0.0:
    a latest:`,
  ],
  [
    "A member may have the name of a registry's package that others ask for",
    `
    project app: a ^1
    project base library: nothing
    a 1.0.0: base ^1
    base 1.0.0:`,
  ],
  [
    "A young version is passed over",
    `
    project app: a ^1
    a 1.0.0:
    a 1.1.0 young:
    a 1.2.0 timeless:`,
  ],
  [
    "A young version that is locked stays",
    `
    project app: a ^1
    a 1.0.0:
    a 1.1.0 young:
    lock a 1.1.0`,
  ],
  [
    "A young version is taken when the project asks for exactly that, whoever else asks",
    `
    project app: a =1.1.0, b ^1
    a 1.0.0:
    a 1.1.0 young:
    b 1.0.0: a ^1`,
  ],
  [
    "A young version that is locked is not kept by an update",
    `
    project app: a ^1
    a 1.0.0:
    a 1.1.0 young:
    lock a 1.1.0
    update a`,
  ],
];
