import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { objectAt } from "../../src/render/compose/compose-object.ts";
import { renderCompose } from "../../src/render/compose/compose-file.ts";
import { yamlText } from "../../src/render/yaml-text.ts";
import { parseCompose } from "../../src/render/compose/parse-compose.ts";
import { leaveOut } from "../support/services.ts";
import { composeOf } from "../support/compose-intents.ts";
import { findOracle } from "../support/oracles.ts";
import { at, textAt } from "../support/vox-cli.ts";
import { intentOf } from "../unit/container/fixtures.ts";

const IMAGE = `registry.example/shop@sha256:${"a".repeat(64)}`;

const answers = (program: string): string | undefined => {
  try {
    execFileSync(program, ["version"], { stdio: "ignore" });
    return program;
  } catch {
    return undefined;
  }
};

/** Compose's own programs, which check a file by the schema of the specification before anything else. */
const PROGRAMS = [
  {
    name: "docker-compose of Debian",
    program: answers("docker-compose") ?? leaveOut("docker-compose", "not on the PATH"),
    config: ["config"],
  },
  // As JSON: what 5 prints of a text that begins with a line's end is other YAML than it read.
  { name: "Docker Compose v2", program: findOracle("docker-compose"), config: ["config", "--format", "json"] },
  { name: "Docker Compose v5", program: findOracle("docker-compose-5"), config: ["config", "--format", "json"] },
];

/** A folder in the container; Compose 1 writes volumes with colons between their parts. */
const targetOf = (value: string): string => `/data/${value.replaceAll(":", "").trim()}x`;

/** Compose 1 prints `data:/target:rw`, newer ones an object. */
function targetIn(service: unknown): string {
  const volume = at(service, "volumes", 0);
  const target = typeof volume === "string" ? volume.replace(/^data:/, "").replace(/:rw$/, "") : textAt(volume, "target");
  return target.replaceAll("$$", "$");
}

const folder = mkdtempSync(join(tmpdir(), "vox-compose-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The file as the program understands it; every scalar is a text. */
function understood(
  { program, config }: (typeof PROGRAMS)[number],
  text: string,
  env: Readonly<Record<string, string>> = {},
): Record<string, Record<string, unknown>> {
  const file = join(folder, "compose.yaml");
  writeFileSync(file, text);
  const output = execFileSync(program ?? "", ["-p", "shop", "-f", file, ...config], {
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const document = parse(output, { schema: "failsafe" }) as { services: Record<string, Record<string, unknown>> };
  return document.services;
}

const FULL = renderCompose({
  environment: "production",
  image: IMAGE,
  container: intentOf({
    secrets: ["DATABASE_URL"],
    ports: [3000],
    volumes: ["/var/lib/uploads"],
    writable: ["data"],
    stopSignal: "SIGTERM",
    healthcheck: {
      kind: "command",
      command: ["node", "health.js"],
      intervalMs: 10_000,
      timeoutMs: 3_000,
      retries: 3,
      startPeriodMs: 1_500,
    },
  }),
  compose: composeOf({
    ports: ["8080:3000"],
    volumes: { data: "/app/data" },
    resources: { cpus: 0.5, memory: "256M", pids: 100 },
    stopGraceMs: 30_000,
  }),
  user: parseCompose(
    "services: { cache: { image: 'redis:7', volumes: ['cache:/data'] } }\nvolumes: { cache: {} }",
    "compose.yaml",
  ),
}).text;

describe.each(PROGRAMS)("the rendered Compose file, read by $name", (reader) => {
  const { program } = reader;
  it.skipIf(program === undefined)("is valid, and says what was meant", () => {
    const services = understood(reader, FULL, { DATABASE_URL: 'a "b" $c' });
    expect(services["storefront"]).toMatchObject({
      image: IMAGE,
      read_only: "true",
      cap_drop: ["ALL"],
      restart: "unless-stopped",
      stop_grace_period: "30s",
      healthcheck: { test: ["CMD", "node", "health.js"], retries: "3" },
    });
    expect(Object.keys(services).sort()).toEqual(["cache", "storefront"]);
  });

  it.skipIf(program === undefined)("is refused when a secret is missing", () => {
    expect(() => understood(reader, FULL)).toThrow(/the secret DATABASE_URL is not set/);
  });

  it.skipIf(program === undefined)("carries every value as it was written, whatever is in it", () => {
    const characters = fc.constantFrom("$", "{", "}", "'", '"', "\n", "\\", "%", "-", ":", "#", " ", "\t", "é", "a", "0");
    const words = fc.constantFrom(
      "no",
      "0o17",
      "1e3",
      "2026-03-03",
      "22:22",
      "- a",
      "null",
      "~",
      "<<",
      "$$",
      "${A}",
      "%{x}",
      "--privileged",
      "${A:-b}",
    );
    const values = fc.sample(fc.oneof(fc.string({ unit: characters, minLength: 1 }), words), 200);
    const services = Object.fromEntries(
      values.map((value, index) => {
        const healthcheck = { kind: "command", command: ["check", value] } as const;
        const compose = composeOf({ service: `s${index}`, volumes: { data: targetOf(value) } });
        const { document } = renderCompose({ environment: "e", image: IMAGE, container: intentOf({ healthcheck }), compose });
        return [`s${index}`, objectAt(document, "services")[`s${index}`]];
      }),
    );
    const read = understood(reader, yamlText({ services, volumes: { data: {} } }));
    const tests = values.map((_, index) => textAt(read, `s${index}`, "healthcheck", "test", 2).replaceAll("$$", "$"));
    expect(tests).toEqual(values);
    const targets = values.map((_, index) => targetIn(read[`s${index}`]));
    expect(targets).toEqual(values.map(targetOf));
  });
});
