/** `[what cannot be, the world]`; what the resolver says of each is in `test/goldens/resolver/failed.txt`. */
export const FAILED: readonly (readonly [string, string])[] = [
  [
    "No version matches what the project asks",
    `
    project app: a ^3
    a 1.0.0:
    a 2.0.0:`,
  ],
  [
    "No version matches and there is only a pre-release",
    `
    project app: a ^1
    a 1.0.0-beta.1:`,
  ],
  [
    "Only a yanked version matches",
    `
    project app: a ^1
    a 1.0.0 yanked:`,
  ],
  [
    "Only a young version matches",
    `
    project app: a ^1.1
    a 1.0.0:
    a 1.1.0 young:`,
  ],
  [
    "Only a version that does not say its age matches, for a dependency",
    `
    project app: a ^1
    a 1.0.0: b ^2
    b 1.0.0:
    b 2.0.0 timeless:`,
  ],
  [
    "What is old enough does not fit, and several young ones together would",
    `
    project app: a ^1
    project web: dev b ^1
    a 1.0.0: corp-kit ^1
    a 1.1.0 young: c ^1
    b 1.0.0: corp-kit ^2
    b 1.1.0 young: c ^1
    corp-kit 1.0.0:
    corp-kit 2.0.0:
    c 1.0.0:`,
  ],
  [
    "A young version that would not help either is told, and something else is the hint",
    `
    project app: a ^1, c ^2
    a 1.0.0: c ^1
    a 1.1.0 young: c ^1
    c 1.0.0:
    c 2.0.0:`,
  ],
  [
    "What matches is yanked or young",
    `
    project app: a ^1
    a 1.0.0 yanked:
    a 1.1.0 young:`,
  ],
  ["The project asks for a package that is not there", `project app: ghost ^1`],
  [
    "The project asks for a package with a slip of the pen",
    `
    project app: htp-router ^1, http-router ^1
    http-router 1.0.0:`,
  ],
  [
    "A dependency asks for a package that is not there",
    `
    project app: a ^1
    a 1.0.0: ghost ^1
    a 1.1.0: ghost ^2`,
  ],
  [
    "Two own requirements clash through one package each",
    `
    project app: menu ^1, icons ^1
    menu 1.0.0: dropdown ^2
    menu 1.1.0: dropdown ^2
    dropdown 2.0.0: icons ^2
    dropdown 2.1.0: icons ^2
    icons 1.0.0:
    icons 2.0.0:`,
  ],
  [
    "Two dependencies want different versions of a third",
    `
    project app: a ^1, b ^1
    a 1.0.0: shared ^2
    b 1.0.0: shared ^3
    shared 2.0.0:
    shared 3.0.0:`,
  ],
  [
    "Two dependencies clash in every version, and an older line would fit",
    `
    project app: a ^2, b ^1
    a 1.0.0:
    a 2.0.0: shared ^2
    a 2.1.0: shared ^2
    b 1.0.0: shared ^1
    b 1.1.0: shared ^1
    shared 1.0.0:
    shared 2.0.0:`,
  ],
  [
    "The clash is two levels down on one side",
    `
    project app: top ^1, base ^1
    top 1.0.0: middle ^1
    middle 1.0.0: low ^1
    low 1.0.0: base ^2
    base 1.0.0:
    base 2.0.0:`,
  ],
  [
    "Versions fail for different reasons",
    `
    project app: a ^1, x ^1
    a 1.0.0: x ^2
    a 1.1.0: ghost ^1
    a 1.2.0: x ^3
    x 1.0.0:
    x 2.0.0:
    x 3.0.0:`,
  ],
  [
    "A step of the argument is used twice",
    `
    project app: a ^1, b ^1
    a 1.0.0: x ^1, y ^1
    b 1.0.0: x ^2
    b 1.1.0: y ^2
    x 1.0.0:
    x 2.0.0:
    y 1.0.0:
    y 2.0.0:`,
  ],
  [
    "Both sides of the argument have two steps",
    `
    project app: a ^1, b ^1
    a 1.0.0: a1 ^1
    a1 1.0.0: shared ^1
    b 1.0.0: b1 ^1
    b1 1.0.0: shared ^2
    shared 1.0.0:
    shared 2.0.0:`,
  ],
  [
    "Two members of a workspace ask for what cannot be together",
    `
    project api: a ^1
    project web: a ^2
    a 1.0.0:
    a 2.0.0:`,
  ],
  [
    "A member and another member's dependency clash",
    `
    project api: a ^1
    project web: b ^1
    b 1.0.0: a ^2
    a 1.0.0:
    a 2.0.0:`,
  ],
  [
    "A dev-dependency does not fit",
    `
    project app: a ^1, dev t ^1
    t 1.0.0: a ^2
    a 1.0.0:
    a 2.0.0:`,
  ],
  [
    "A dev-dependency and a dependency of one name do not meet",
    `
    project app: a ^1, dev a ^2
    a 1.0.0:
    a 2.0.0:`,
  ],
  [
    "A feature is asked for that no version has",
    `
    project app: a ^1 +tls
    a 1.0.0: | ssl=
    a 1.1.0: | ssl=`,
  ],
  [
    "A dependency asks for a feature that no version has",
    `
    project app: a ^1
    a 1.0.0: b ^1 +fast
    b 1.0.0:`,
  ],
  [
    "A feature brings in what does not fit",
    `
    project app: a ^1 +tls, x ^1
    a 1.0.0: x ^2 optional | tls=dep:x
    x 1.0.0:
    x 2.0.0:`,
  ],
  [
    "Default features bring in what does not fit",
    `
    project app: a ^1, x ^1
    a 1.0.0: x ^2 optional | default=dep:x
    x 1.0.0:
    x 2.0.0:`,
  ],
  [
    "A feature that another feature switches on brings in what does not fit",
    `
    project app: a ^1 +full, x ^1
    a 1.0.0: x ^2 optional | full=tls | tls=dep:x
    x 1.0.0:
    x 2.0.0:`,
  ],
  [
    "A weak feature is missing in the dependency that was switched on",
    `
    project app: a ^1 +tls +x
    a 1.0.0: x ^1 optional | tls=x?/fast
    x 1.0.0:`,
  ],
  [
    "A member's own feature asks for what a dependency lacks",
    `
    project app: a ^1 | fast=a/quick
    a 1.0.0:`,
  ],
  [
    "A member is asked for a feature that it lacks",
    `
    project app: lib path +extra
    project lib library: nothing`,
  ],
  [
    "An application cannot be depended on",
    `
    project app: a ^1
    a 1.0.0 application:
    a 1.1.0 application:`,
  ],
  [
    "A snippet cannot be depended on by a dependency either",
    `
    project app: a ^1
    a 1.0.0: bit ^1
    bit 1.0.0 snippet:`,
  ],
  [
    "A workspace member that is an application cannot be depended on",
    `
    project app: web path
    project web: nothing`,
  ],
  [
    "A library is no skill",
    `
    project app: skill s ^1
    s 1.0.0:`,
  ],
  [
    "A folder of the project has another version than a dependency needs",
    `
    project app: shared path, a ^1
    folder shared 1.4.0:
    a 1.0.0: shared ^2`,
  ],
  ["A path leads to no folder that was read", `project app: shared path`],
  ["A git dependency was not fetched", `project app: lib git`],
  [
    "A precise version does not satisfy the project",
    `
    project app: a ^1
    precise a 2.0.0
    a 1.0.0:
    a 2.0.0:`,
  ],
  [
    "A precise version does not exist",
    `
    project app: a ^1
    precise a 1.5.0
    a 1.0.0:`,
  ],
  [
    "A patch names a version that a dependency refuses",
    `
    project app: a ^1
    patch b =2.0.0
    a 1.0.0: b ^1
    b 1.0.0:
    b 2.0.0:`,
  ],
  [
    "One name comes from two registries",
    `
    project app: kit ^1 from corp, a ^1
    corp/kit 1.0.0: base ^1
    a 1.0.0: base ^1
    corp/base 1.0.0:
    base 1.9.0:`,
  ],
  [
    "Two members take one name from two registries",
    `
    project api: base ^1
    project web: base ^1 from corp
    corp/base 1.0.0:
    base 1.9.0:`,
  ],
  [
    "A transitive exact requirement does not bring a yanked version back for others",
    `
    project app: a ^1, b ^1
    a 1.0.0: b =1.1.0
    b 1.0.0:
    b 1.1.0 yanked:`,
  ],
  [
    "A new major of everything, and one laggard",
    `
    project app: core ^2, router ^2, forms ^2, theme ^1
    core 2.0.0:
    core 1.0.0:
    router 2.0.0: core ^2
    forms 2.0.0: core ^2, theme ^2
    forms 2.1.0: core ^2, theme ^2
    theme 1.0.0: core ^1
    theme 1.1.0: core ^1
    theme 2.0.0: core ^2`,
  ],
  [
    "Requirements of a package on itself that cannot hold",
    `
    project app: a ^1
    a 1.0.0: a ^2
    a 2.0.0:`,
  ],
  [
    "Three packages that only fit in pairs",
    `
    project app: a *, b *, c *
    a 1.0.0: x ^1||^2
    b 1.0.0: x ^2||^3
    c 1.0.0: x ^1||^3
    x 1.0.0:
    x 2.0.0:
    x 3.0.0:`,
  ],
];
