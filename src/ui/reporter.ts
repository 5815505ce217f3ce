import type { VoxEvent } from "../core/events.ts";
import { shortHexOf } from "../core/digest.ts";
import { formatBytes } from "./format-bytes.ts";
import type { Paint } from "./colour.ts";
import { EMPTY_TALLY, renderTally, tallied, type TransferTally } from "./transfer-tally.ts";

/** Takes events while a command runs, and is told when it has ended. */
export interface Reporter {
  readonly onEvent: (event: VoxEvent) => void;
  /** Takes a progress line off the terminal before something else is written. */
  readonly finish: () => void;
}

export interface ReporterOptions {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  /** Warnings and errors alone. */
  readonly quiet: boolean;
  /** Each blob has its line. */
  readonly verbose: boolean;
  /** Whether a line may be rewritten: a terminal, and no `--no-progress`. */
  readonly progress: boolean;
}

const ERASE_LINE = "\r\u001b[K";

/** Tells events to people: lines that stay, and on a terminal one line that counts what moves. */
export function createReporter(options: ReporterOptions): Reporter {
  let tally: TransferTally = EMPTY_TALLY;
  let lineShown = false;
  const finish = (): void => {
    if (lineShown) options.write(ERASE_LINE);
    lineShown = false;
  };
  const onEvent = (event: VoxEvent): void => {
    const line = renderEvent(event, options);
    if (line !== undefined) {
      finish();
      options.write(`${line}\n`);
    }
    tally = tallied(tally, event);
    const counted = renderTally(tally);
    if (!options.progress || options.quiet || counted === "") return;
    options.write(`${ERASE_LINE}${options.paint("faint", counted)}`);
    lineShown = true;
  };
  return { onEvent, finish };
}

/** The line that an event leaves on the terminal, if it leaves one; a warning's hint is a second line. */
function renderEvent(event: VoxEvent, options: Pick<ReporterOptions, "paint" | "quiet" | "verbose">): string | undefined {
  if (event.kind === "warning") return renderWarning(event, options.paint);
  if (options.quiet) return undefined;
  if (event.kind === "step") return event.message;
  return options.verbose ? renderTransfer(event, options.paint) : undefined;
}

function renderWarning(event: Extract<VoxEvent, { kind: "warning" }>, paint: Paint): string {
  const line = `${paint("warning", `warning[${event.code}]:`)} ${event.message}`;
  return event.hint === undefined ? line : `${line}\n${paint("hint", "hint:")} ${event.hint}`;
}

type TransferEvent = Exclude<VoxEvent, { kind: "warning" | "step" }>;

function renderTransfer(event: TransferEvent, paint: Paint): string {
  const line = (verb: string, rest: string): string =>
    `  ${paint("verb", verb.padEnd(8))} ${shortHexOf(event.digest)} ${rest}`.trimEnd();
  switch (event.kind) {
    case "blob-fetched":
      return line("fetched", `${formatBytes(event.bytes)} ${event.what}`);
    case "blob-uploaded":
      return line("uploaded", formatBytes(event.bytes));
    case "blob-mounted":
      return line("mounted", `from ${event.from}`);
    case "blob-skipped":
      return line("skipped", "");
    case "manifest-pushed":
      return line("pushed", formatBytes(event.bytes));
  }
}
