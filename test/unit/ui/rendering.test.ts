import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { digestOf } from "../../../src/core/digest.ts";
import type { VoxEvent } from "../../../src/core/events.ts";
import { ERROR_CATALOGUE } from "../../../src/errors/catalogue.ts";
import { VoxError } from "../../../src/errors/vox-error.ts";
import { painter, useColor } from "../../../src/ui/colour.ts";
import { causesOf, errorDocument, renderError } from "../../../src/ui/error-text.ts";
import { formatBytes } from "../../../src/ui/format-bytes.ts";
import { createRedactor } from "../../../src/ui/redact.ts";
import { createReporter } from "../../../src/ui/reporter.ts";

const plain = painter(false);

describe("an error for people", () => {
  it("has its code, place, causes and hint, one a line", () => {
    const error = new VoxError("MANIFEST_INVALID", "`verison` is not a key of [package]", {
      place: { file: "Vox.toml", line: 12, column: 3 },
      hint: "write `version`",
      cause: new Error("first", { cause: new VoxError("CONTENT_MISMATCH", "second") }),
    });
    expect(renderError(error, { paint: plain, verbose: false })).toBe(
      [
        "error[MANIFEST_INVALID]: `verison` is not a key of [package]",
        "  --> Vox.toml:12:3",
        "  caused by: first",
        "  caused by: second [CONTENT_MISMATCH]",
        "hint: write `version`",
        "",
      ].join("\n"),
    );
  });

  it("is one line and a hint when there is no more to say", () => {
    expect(renderError(new VoxError("LOCK_STALE", "because"), { paint: plain, verbose: false })).toBe(
      "error[LOCK_STALE]: because\nhint: run `vox lock`\n",
    );
  });

  it("reads the same without its colours", () => {
    const error = new VoxError("LOCK_STALE", "stale", { place: { file: "vox.lock" }, cause: "why" });
    const coloured = renderError(error, { paint: painter(true), verbose: false });
    expect(coloured).toContain("\u001b[");
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(renderError(error, { paint: plain, verbose: false }));
  });

  it("shows the stack of a bug only when asked", () => {
    const error = new VoxError("INTERNAL", "oops", { cause: new TypeError("x is not a function") });
    expect(renderError(error, { paint: plain, verbose: false })).not.toContain("    at ");
    expect(renderError(error, { paint: plain, verbose: true })).toContain("    at ");
  });

  it("is a document with --json, whose hint is its code's when it has none of its own", () => {
    const error = new VoxError("NO_SOLUTION", "because", { cause: new Error("of this") });
    expect(errorDocument(error)).toEqual({
      error: { code: "NO_SOLUTION", message: "because", hint: ERROR_CATALOGUE.NO_SOLUTION.hint, causes: ["of this"] },
    });
    expect(errorDocument(new VoxError("LOCK_MISSING", "none", { hint: "look" })).error.hint).toBe("look");
  });
});

describe("the chain of causes", () => {
  it("tells every failure of an aggregate that has no message", () => {
    const error = new VoxError("REGISTRY_UNAVAILABLE", "down", {
      cause: new AggregateError([new Error("::1"), new Error("127.0.0.1")], ""),
    });
    expect(causesOf(error)).toEqual(["::1; 127.0.0.1"]);
  });

  it("does not repeat itself and ends, even in a circle", () => {
    const loop = new Error("again");
    loop.cause = new Error("other", { cause: loop });
    expect(causesOf(new VoxError("INTERNAL", "x", { cause: loop }))).toHaveLength(8);
    expect(causesOf(new VoxError("INTERNAL", "x", { cause: new Error("same", { cause: new Error("same") }) }))).toEqual([
      "same",
    ]);
  });
});

describe("colours", () => {
  it.each([
    ["always", false, "1", "dumb", true],
    ["never", true, undefined, "xterm", false],
    ["auto", true, undefined, "xterm", true],
    ["auto", true, "", "xterm", true],
    ["auto", true, "1", "xterm", false],
    ["auto", false, undefined, "xterm", false],
    ["auto", true, undefined, "dumb", false],
  ] as const)("on %s, terminal %s, NO_COLOR %s, TERM %s: %s", (when, isTty, noColor, term, used) => {
    expect(useColor({ when, isTty, noColor, term })).toBe(used);
  });
});

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 kB"],
  [9_994, "9.99 kB"],
  [48_211, "48.2 kB"],
  [999_499, "999 kB"],
  [999_500, "1.00 MB"],
  [255_000_000, "255 MB"],
  [1_200_000_000, "1.20 GB"],
  [5e15, "5000 TB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

describe("secrets", () => {
  it.each([
    ["fetch https://ann:s3cret@host/v2/ failed", "fetch https://[redacted]@host/v2/ failed"],
    ["oci://token@host/x", "oci://[redacted]@host/x"],
    ["Authorization: Bearer abc.def-ghi", "Authorization: [redacted]"],
    ['{"authorization":"Basic dXNlcjpwYXNz"}', '{"authorization":"[redacted]"}'],
    ["proxy-authorization=Basic dXNlcjpwYXNz;", "proxy-authorization=[redacted]"],
    ["got Bearer eyJhbGciOiJIUzI1NiJ9.e30.x again", "got Bearer [redacted] again"],
    ["the token is hunter2", "the token is [redacted]"],
    ["hunter22", "[redacted]"],
  ])("in %j are hidden", (text, shown) => {
    expect(createRedactor(["hunter2", "hunter22", undefined, ""])(text)).toBe(shown);
  });

  it.each(["`a` wants basic auth", "oci://host/prefix", "mail ann@host.example", "https://host/@scope/x"])(
    "are not seen in %j",
    (text) => {
      expect(createRedactor([])(text)).toBe(text);
    },
  );

  it("are in no output, whatever they are", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^\][redact]{1,20}$/), fc.string(), fc.string(), (secret, before, after) => {
        expect(createRedactor([secret])(before + secret + after)).not.toContain(secret);
      }),
    );
  });
});

const digest = digestOf("x");
const EVENTS: readonly VoxEvent[] = [
  { kind: "step", message: "resolving 3 packages" },
  { kind: "blob-fetched", digest, bytes: 48_211, what: "http-router 2.3.1" },
  { kind: "blob-skipped", digest },
  { kind: "blob-mounted", digest, from: "acme/vox/http-router" },
  { kind: "warning", code: "LEGACY_KEY", message: "`deploy.registry` is old", hint: "use `deploy.container.registry`" },
  { kind: "blob-uploaded", digest, bytes: 12 },
  { kind: "manifest-pushed", digest, bytes: 900 },
];

function told(options: { quiet?: boolean; verbose?: boolean; progress?: boolean }): string {
  let text = "";
  const reporter = createReporter({
    write: (piece) => (text += piece),
    paint: plain,
    quiet: false,
    verbose: false,
    progress: false,
    ...options,
  });
  EVENTS.forEach(reporter.onEvent);
  reporter.finish();
  return text;
}

const WARNING = "warning[LEGACY_KEY]: `deploy.registry` is old\nhint: use `deploy.container.registry`\n";

describe("a reporter", () => {
  it("tells steps and warnings", () => {
    expect(told({})).toBe(`resolving 3 packages\n${WARNING}`);
  });

  it("tells warnings alone when quiet", () => {
    expect(told({ quiet: true, verbose: true, progress: true })).toBe(WARNING);
  });

  it("tells each blob when verbose", () => {
    expect(told({ verbose: true })).toBe(
      `resolving 3 packages
  fetched  2d711642b726 48.2 kB http-router 2.3.1
  skipped  2d711642b726
  mounted  2d711642b726 from acme/vox/http-router
${WARNING}  uploaded 2d711642b726 12 B
  pushed   2d711642b726 900 B
`,
    );
  });

  it("counts on a line that it rewrites, and leaves none behind", () => {
    const text = told({ progress: true });
    expect(text).toContain("\r\u001b[K1 fetched (48.2 kB), 1 mounted, 1 there already");
    expect(screenOf(text)).toBe(`resolving 3 packages\n${WARNING}`);
  });
});

/** What is left to see on a terminal that obeys carriage return and erase. */
const screenOf = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.split("\r\u001b[K").at(-1))
    .join("\n");
