import { appendFileSync } from "node:fs";

/** Names the file in which test files note what they leave out; `left-out-report.ts` makes it, and tells all of it when the run ends. */
export const LEFT_OUT_FILE = "VOX_TEST_LEFT_OUT";

/** Says that tests are left out for want of something, now and at the end of the run. */
export function tellLeftOut(what: string, reason: string): undefined {
  console.warn(`left out: what needs ${what} (${reason})`);
  const file = process.env[LEFT_OUT_FILE];
  if (file !== undefined) appendFileSync(file, `${what} (${reason})\n`);
  return undefined;
}
