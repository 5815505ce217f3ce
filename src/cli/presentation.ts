import { resolve } from "node:path";
import { SECRET_VARIABLES } from "../config/environment-variables.ts";
import { type ColorWhen, type Paint, painter, useColor } from "../ui/colour.ts";
import { createRedactor, type Redactor } from "../ui/redact.ts";
import { createReporter, type Reporter } from "../ui/reporter.ts";
import { type GlobalOptions, isGiven, type OptionValues, textOption } from "./command-context.ts";
import type { Host } from "./host.ts";

/** The global options of a call; also of one that failed to parse, as far as it was read. */
export const globalOptionsFrom = (values: OptionValues, cwd: string): GlobalOptions => ({
  packageName: textOption(values, "package"),
  json: isGiven(values, "json"),
  color: colorWhen(textOption(values, "color")),
  quiet: isGiven(values, "quiet"),
  verbose: isGiven(values, "verbose"),
  projectDir: resolve(cwd, textOption(values, "project") ?? "."),
  progress: !isGiven(values, "no-progress"),
});

const colorWhen = (text: string | undefined): ColorWhen => (text === "always" || text === "never" ? text : "auto");

export const redactorFor = (host: Host): Redactor => createRedactor(SECRET_VARIABLES.map((name) => host.env[name]));

export function paintFor(host: Host, globals: GlobalOptions): Paint {
  const { isTty } = host.stderr;
  return painter(useColor({ when: globals.color, isTty, noColor: host.env["NO_COLOR"], term: host.env["TERM"] }));
}

/** The reporter that tells events on stderr as the global options ask. */
export const reporterFor = (host: Host, globals: GlobalOptions, write: (text: string) => void): Reporter =>
  createReporter({
    write,
    paint: paintFor(host, globals),
    quiet: globals.quiet,
    verbose: globals.verbose,
    progress: globals.progress && host.stderr.isTty && host.env["TERM"] !== "dumb",
  });
