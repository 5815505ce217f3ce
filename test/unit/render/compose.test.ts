import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { JsonValue } from "../../../src/core/canonical-json.ts";
import { type ComposeInput, renderCompose } from "../../../src/render/compose/compose-file.ts";
import { parseCompose } from "../../../src/render/compose/parse-compose.ts";
import { yamlText } from "../../../src/render/yaml-text.ts";
import { composeOf } from "../../support/compose-intents.ts";
import { failureOf, intentOf } from "../container/fixtures.ts";

const IMAGE = `registry.example/shop@sha256:${"a".repeat(64)}`;

const inputOf = (change: Partial<ComposeInput> = {}): ComposeInput => ({
  environment: "production",
  image: IMAGE,
  container: intentOf(),
  compose: composeOf(),
  ...change,
});

/** The application's service as a reader of YAML 1.1 or 1.2 has it. */
function serviceIn(input: ComposeInput, version: "1.1" | "1.2" = "1.2"): Record<string, unknown> {
  const document = parse(renderCompose(input).text, { version }) as { services: Record<string, Record<string, unknown>> };
  return document.services[input.compose.service] ?? {};
}

describe("the rendered Compose file", () => {
  it("is what was reviewed", async () => {
    const container = intentOf({
      secrets: ["DATABASE_URL", "API_KEY"],
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
    });
    const compose = composeOf({
      ports: ["8080:3000"],
      volumes: { data: "/app/data" },
      resources: { cpus: 0.5, memory: "256M", pids: 100 },
      stopGraceMs: 30_000,
    });
    const user = parseCompose(
      "services:\n  storefront:\n    depends_on: [cache]\n    environment: [LEVEL=info]\n  cache:\n    image: redis:7\n    volumes: ['cache:/data']\nvolumes:\n  cache:\n",
      "compose.yaml",
    );
    await expect(renderCompose(inputOf({ container, compose, user })).text).toMatchFileSnapshot(
      "../../goldens/deploy/compose.yaml",
    );
  });

  it.each<[string, Partial<ComposeInput>, unknown]>([
    ["is read-only with a /tmp of its own", {}, { read_only: true, tmpfs: ["/tmp"] }],
    ["drops every capability", {}, { cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] }],
    [
      "is read-only when every folder it writes to is a volume",
      { container: intentOf({ writable: ["data"] }), compose: composeOf({ volumes: { data: "/app/data" } }) },
      { read_only: true },
    ],
    [
      "gives secrets as variables that must be there",
      { container: intentOf({ secrets: ["KEY"] }) },
      { environment: { KEY: "${KEY:?the secret KEY is not set}" } },
    ],
    [
      "gives secrets as files when asked to",
      { container: intentOf({ secrets: ["KEY"] }), compose: composeOf({ secrets: "files" }) },
      { secrets: [{ source: "KEY", target: "KEY" }] },
    ],
    ["stops with patience", {}, { stop_grace_period: "10s", restart: "unless-stopped" }],
  ])("%s", (_, change, expected) => {
    expect(serviceIn(inputOf(change))).toMatchObject(expected as object);
  });

  it.each<[string, Partial<ComposeInput>, string]>([
    ["a folder that it writes to is none", { container: intentOf({ writable: ["data"] }) }, "read_only"],
    ["Vox.toml says so", { compose: composeOf({ readOnly: false }) }, "read_only"],
    [
      "Compose writes secrets into the container",
      { container: intentOf({ secrets: ["KEY"] }), compose: composeOf({ secrets: "files" }) },
      "read_only",
    ],
    ["it runs as root, which would lose them", { container: intentOf({ user: "0:0" }) }, "cap_drop"],
    [
      "the check asks over HTTP, which deploy does",
      { container: intentOf({ healthcheck: { kind: "http", path: "/", port: 1 } }) },
      "healthcheck",
    ],
  ])("leaves out what cannot be where %s", (_, change, key) => {
    expect(serviceIn(inputOf(change))).not.toHaveProperty(key);
  });

  it("takes the project's own word on how our service runs, and adds to its lists and maps", () => {
    const user = parseCompose(
      "services: { storefront: { restart: always, tmpfs: [/run], labels: { team: shop }, networks: [back] } }\nnetworks: { back: {} }",
      "compose.yaml",
    );
    const rendered = renderCompose(inputOf({ user }));
    expect(rendered.document).toMatchObject({
      services: {
        storefront: {
          image: IMAGE,
          restart: "always",
          tmpfs: ["/tmp", "/run"],
          labels: { team: "shop", "dev.vox.environment": "production" },
          networks: ["back"],
        },
      },
      networks: { back: {} },
    });
  });

  it.each([
    [
      "services: { storefront: { image: other } }",
      "COMPOSE_INVALID: the project's Compose file says `image` of `storefront`, whose image vox builds",
    ],
    [
      "services: { storefront: { build: . } }",
      "COMPOSE_INVALID: the project's Compose file says `build` of `storefront`, whose image vox builds",
    ],
    ["services: { '-p': { image: x } }", "COMPOSE_INVALID: `compose.yaml` cannot be used: `-p` is not the name of a service"],
    ["services: []", "COMPOSE_INVALID: `compose.yaml` cannot be used: `services` is no object"],
    ["services: { a: 1 }", "COMPOSE_INVALID: `compose.yaml` cannot be used: the service `a` is no object"],
    ["", "COMPOSE_INVALID: `compose.yaml` cannot be used: it is no object"],
    ["a: [", /^COMPOSE_INVALID: `compose.yaml` cannot be used: it is not YAML/],
  ])("refuses the file %j", (text, expected) => {
    const failure = failureOf(() => renderCompose(inputOf({ user: parseCompose(text, "compose.yaml") })));
    if (typeof expected === "string") expect(failure).toBe(expected);
    else expect(failure).toMatch(expected);
  });

  it("brings up what has no profile, unless services are named", () => {
    const user = parseCompose(
      "services: { cache: { image: x }, debug: { image: x, profiles: [debug] }, storefront: { profiles: [web] } }",
      "compose.yaml",
    );
    const servicesOf = (services: readonly string[]) =>
      renderCompose(inputOf({ user, compose: composeOf({ services }) })).services;
    expect(servicesOf([])).toEqual(["cache", "storefront"]);
    expect(servicesOf(["storefront", "debug"])).toEqual(["debug", "storefront"]);
  });

  it("refuses a read-only container that secrets are written into", () => {
    const input = inputOf({
      container: intentOf({ secrets: ["KEY"] }),
      compose: composeOf({ secrets: "files", readOnly: true }),
    });
    expect(failureOf(() => renderCompose(input))).toBe(
      "DEPLOY_UNSUPPORTED: Compose cannot give secrets as files to a container that is read-only",
    );
  });

  it("refuses a service that is brought up and is none, and a secret that no substitution can name", () => {
    expect(failureOf(() => renderCompose(inputOf({ compose: composeOf({ services: ["cach"] }) })))).toBe(
      "COMPOSE_INVALID: `[deploy.compose] services` names `cach`, which is no service",
    );
    expect(failureOf(() => renderCompose(inputOf({ container: intentOf({ secrets: ["A.B"] }) })))).toBe(
      "DEPLOY_UNSUPPORTED: Compose cannot substitute a variable named `A.B`",
    );
  });
});

/** What Compose makes of a text after it is parsed (Compose specification, "Interpolation"), for texts without `${`. */
const interpolated = (text: string): string => text.replaceAll("$$", "$");

const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      "$",
      "{",
      "}",
      "'",
      '"',
      "\n",
      "\r",
      "\\",
      "%",
      "-",
      ":",
      "#",
      " ",
      "\t",
      "\u0085",
      "\u2028",
      "\ufeff",
      "a",
      "0",
    ),
  }),
  fc.constantFrom(
    "no",
    "0o17",
    "1e3",
    "2026-03-03",
    "22:22",
    "-",
    "- a",
    "null",
    "~",
    "=",
    "<<",
    "$$",
    "${A}",
    "%{x}",
    "--privileged",
  ),
);
const printable = nasty.filter(
  (text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) && !/\p{Surrogate}/u.test(text),
);

describe("a value with newlines, quotes, `$`, `%` or a leading `-`", () => {
  it("reaches the container as it was written, whichever version of YAML reads it", () => {
    fc.assert(
      fc.property(printable, fc.constantFrom("1.1" as const, "1.2" as const), (text, version) => {
        const healthcheck = { kind: "command", command: ["check", text] } as const;
        const service = serviceIn(inputOf({ container: intentOf({ healthcheck }) }), version) as {
          healthcheck: { test: string[] };
        };
        expect(service.healthcheck.test.map(interpolated)).toEqual(["CMD", "check", text]);
      }),
    );
  });

  it("is text again as a key or a value of YAML 1.1 and 1.2", () => {
    const values = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        printable,
        fc.integer(),
        fc.boolean(),
        fc.array(tie("value")),
        fc.dictionary(
          printable.filter((key) => key !== "__proto__"),
          tie("value"),
        ),
      ),
    })).value;
    fc.assert(
      fc.property(values, fc.constantFrom("1.1" as const, "1.2" as const), (value, version) => {
        expect(parse(yamlText(value), { version })).toEqual(value);
      }),
    );
  });
});
