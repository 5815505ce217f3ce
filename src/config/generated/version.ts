// Made by scripts/generate.ts from package.json.
export const PROGRAM_VERSION = "0.1.0";
