/** What the demo printed, without what differs between machines. */
export function scrub(output: string): string;
/** Where the part begins that needs an engine. */
export const ENGINE_STEP: string;
/** Runs the demo; what it printed. */
export function runDemo(): string;
/** The transcript in README.md. */
export function shownTranscript(): string | undefined;
