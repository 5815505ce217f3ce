import type { Annotations } from "../../oci/descriptor.ts";
import type { Healthcheck, RunConfig } from "../../oci/image-config.ts";
import { emptyObjects } from "../plan/image-config.ts";
import type { RunSettings } from "../plan/run-settings.ts";
import { execForm, plainWord, quotedValue } from "./quote.ts";

/** Instructions, and what no instruction can say. */
export interface RunInstructions {
  readonly lines: readonly string[];
  /** For people: `the base's volume `/data`` stays. */
  readonly leftovers: readonly string[];
}

/**
 * What makes a stage that has the run configuration `below` have `wanted`. A Dockerfile can add and change; ports, volumes and labels
 * that the base has it cannot take away.
 * @throws {VoxError} DEPLOY_UNSUPPORTED for a line break where there can be none
 */
export function runInstructions(below: RunConfig, wanted: RunConfig): RunInstructions {
  return {
    lines: [
      ...envLines(below.Env ?? [], wanted.Env ?? []),
      ...newKeys(below.ExposedPorts, wanted.ExposedPorts).map((port) => `EXPOSE ${plainWord(port)}`),
      ...newKeys(below.Volumes, wanted.Volumes).map((path) => `VOLUME ${execForm([plainWord(path)])}`),
      ...labelLines(below.Labels ?? {}, wanted.Labels ?? {}),
      ...changed("WORKDIR", below.WorkingDir, wanted.WorkingDir),
      ...changed("USER", below.User, wanted.User),
      ...changed("STOPSIGNAL", below.StopSignal, wanted.StopSignal),
      ...healthLines(below.Healthcheck, wanted.Healthcheck),
      ...commandLines(below, wanted),
    ],
    leftovers: [
      ...newKeys(wanted.ExposedPorts, below.ExposedPorts).map((port) => `port \`${port}\``),
      ...newKeys(wanted.Volumes, below.Volumes).map((path) => `volume \`${path}\``),
    ],
  };
}

/**
 * All that Vox.toml says of how the container runs, upon a stage whose own settings only a build would tell.
 * @throws {VoxError} DEPLOY_UNSUPPORTED for a line break where there can be none
 */
export function settingInstructions(run: RunSettings, labels: Annotations): readonly string[] {
  const { ports = [], volumes = [], entrypoint, cmd, healthcheck } = run;
  const said = {
    Env: run.env.map(([name, value]) => `${name}=${value}`),
    ExposedPorts: emptyObjects(ports),
    Volumes: emptyObjects(volumes),
    Labels: labels,
    WorkingDir: run.workdir,
    ...(run.user !== "" && { User: run.user }),
    ...(run.stopSignal !== undefined && { StopSignal: run.stopSignal }),
    ...(healthcheck && healthcheck !== "clear" && { Healthcheck: healthcheck }),
  };
  return [
    ...runInstructions({}, said).lines,
    ...(healthcheck === "clear" ? ["HEALTHCHECK NONE"] : []),
    ...(entrypoint ? [`ENTRYPOINT ${execForm(entrypoint)}`] : []),
    ...(entrypoint || cmd ? [`CMD ${execForm(cmd ?? [])}`] : []),
  ];
}

function envLines(below: readonly string[], wanted: readonly string[]): readonly string[] {
  const there = new Set(below);
  return wanted.filter((line) => !there.has(line)).map((line) => `ENV ${nameOf(line)}=${quotedValue(valueOf(line))}`);
}

const nameOf = (line: string): string => line.slice(0, line.indexOf("="));
const valueOf = (line: string): string => line.slice(line.indexOf("=") + 1);

const labelLines = (below: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(wanted)
    .filter(([name, value]) => below[name] !== value)
    .map(([name, value]) => `LABEL ${quotedValue(name)}=${quotedValue(value)}`);

const newKeys = (below: object = {}, wanted: object = {}): readonly string[] =>
  Object.keys(wanted).filter((key) => !Object.hasOwn(below, key));

const changed = (instruction: string, below: string | undefined, wanted: string | undefined): readonly string[] =>
  wanted === undefined || wanted === below ? [] : [`${instruction} ${plainWord(wanted)}`];

function healthLines(below: Healthcheck | undefined, wanted: Healthcheck | undefined): readonly string[] {
  if (JSON.stringify(below) === JSON.stringify(wanted)) return [];
  const [kind, ...argv] = wanted?.Test ?? ["NONE"];
  if (wanted === undefined || kind === "NONE") return ["HEALTHCHECK NONE"];
  const options = [
    ...duration("interval", wanted.Interval),
    ...duration("timeout", wanted.Timeout),
    ...duration("start-period", wanted.StartPeriod),
    ...(wanted.Retries === undefined ? [] : [`--retries=${wanted.Retries}`]),
  ];
  return [["HEALTHCHECK", ...options, "CMD", kind === "CMD" ? execForm(argv) : argv.join(" ")].join(" ")];
}

const duration = (name: string, nanoseconds: number | undefined): readonly string[] =>
  nanoseconds === undefined ? [] : [`--${name}=${nanoseconds}ns`];

/** `ENTRYPOINT` takes the base's `CMD` away, so that it is said again then. */
function commandLines(below: RunConfig, wanted: RunConfig): readonly string[] {
  const entrypoint = execForm(wanted.Entrypoint ?? []);
  const cmd = execForm(wanted.Cmd ?? []);
  const newEntrypoint = entrypoint !== execForm(below.Entrypoint ?? []);
  return [
    ...(newEntrypoint ? [`ENTRYPOINT ${entrypoint}`] : []),
    ...(newEntrypoint || cmd !== execForm(below.Cmd ?? []) ? [`CMD ${cmd}`] : []),
  ];
}
