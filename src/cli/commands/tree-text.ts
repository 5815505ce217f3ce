/** A line and those that hang below it. */
export interface TextBranch {
  readonly text: string;
  readonly branches: readonly TextBranch[];
}

/** A tree drawn with box characters, a line each. */
export const treeLines = ({ text, branches }: TextBranch): string[] => [
  text,
  ...branches.flatMap((branch, index) => {
    const isLast = index === branches.length - 1;
    const [first = "", ...rest] = treeLines(branch);
    return [`${isLast ? "└── " : "├── "}${first}`, ...rest.map((line) => `${isLast ? "    " : "│   "}${line}`)];
  }),
];
