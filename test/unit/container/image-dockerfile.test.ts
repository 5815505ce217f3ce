import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageDockerfile, type ImageDockerfileInput } from "../../../src/container/dockerfile/image-dockerfile.ts";
import { execForm, plainWord, quotedValue } from "../../../src/container/dockerfile/quote.ts";
import { runInstructions } from "../../../src/container/dockerfile/run-instructions.ts";
import type { RunConfig } from "../../../src/oci/image-config.ts";
import { failureOf } from "./fixtures.ts";

/** What Docker's shell lexer makes of a word in which nothing is left to expand: another reading than the writer's. */
function lexed(word: string): string {
  let text = "";
  let quoted = false;
  for (let at = 0; at < word.length; at += 1) {
    const char = word.charAt(at);
    if (char === "\\") {
      const next = word.charAt(at + 1);
      if (quoted && !'"$\\'.includes(next)) text += char;
      text += next;
      at += 1;
    } else if (char === '"') quoted = !quoted;
    else if (char === "$") throw new Error(`a variable would be expanded in ${word}`);
    else if (char === "'" && !quoted) throw new Error(`a quote would begin in ${word}`);
    else text += char;
  }
  if (quoted) throw new Error(`a quote stays open in ${word}`);
  return text;
}

const argvs = fc.array(fc.string({ unit: "binary" }));
const oneLine = fc.string({ unit: "binary" }).filter((text) => !/[\n\r\0]/.test(text));

describe("a value in a Dockerfile", () => {
  it("comes out as it went in, whatever quotes, variables and backslashes it holds", () => {
    fc.assert(fc.property(oneLine, (value) => lexed(quotedValue(value)) === value));
    fc.assert(fc.property(oneLine, (value) => lexed(plainWord(value)) === value));
    fc.assert(fc.property(argvs, (argv) => execForm(JSON.parse(execForm(argv))) === JSON.stringify(argv)));
  });

  it.each(["a\nb", "a\rb", "\n", "\0"])("is refused when it breaks the line: %j", (value) => {
    const failure = `DEPLOY_UNSUPPORTED: a Dockerfile cannot hold the line break in ${JSON.stringify(value)}`;
    expect(failureOf(() => quotedValue(value))).toBe(failure);
    expect(failureOf(() => plainWord(value))).toBe(failure);
  });

  it("never ends the instruction, also in the exec form", () => {
    fc.assert(fc.property(argvs, (argv) => !/[\n\r]/.test(execForm(argv))));
  });
});

describe("instructions for a run configuration", () => {
  it.each<[string, RunConfig, RunConfig, readonly string[]]>([
    ["what is there already", { User: "a", Env: ["A=1"], Cmd: ["x"] }, { User: "a", Env: ["A=1"], Cmd: ["x"] }, []],
    ["variables that are new or other", { Env: ["A=1", "B=2"] }, { Env: ["A=1", "B=3", "C="] }, ['ENV B="3"', 'ENV C=""']],
    ["a cmd alone", { Entrypoint: ["e"], Cmd: ["a"] }, { Entrypoint: ["e"], Cmd: ["b"] }, ['CMD ["b"]']],
    [
      "an entrypoint, which takes the cmd away",
      { Cmd: ["a"] },
      { Entrypoint: ["e"], Cmd: ["a"] },
      ['ENTRYPOINT ["e"]', 'CMD ["a"]'],
    ],
    ["what is cleared", { Entrypoint: ["e"], Cmd: ["a"] }, {}, ["ENTRYPOINT []", "CMD []"]],
    [
      "ports and volumes",
      { Volumes: { "/a": {} } },
      { Volumes: { "/a": {}, "/b": {} }, ExposedPorts: { "1/tcp": {} } },
      ["EXPOSE 1/tcp", 'VOLUME ["/b"]'],
    ],
    ["a health check that goes", { Healthcheck: { Test: ["CMD", "x"] } }, {}, ["HEALTHCHECK NONE"]],
    [
      "a health check",
      {},
      { Healthcheck: { Test: ["CMD", "x", "$Y"], Interval: 5_000_000_000, Retries: 2 } },
      ['HEALTHCHECK --interval=5000000000ns --retries=2 CMD ["x","$Y"]'],
    ],
    ["a health check through a shell", {}, { Healthcheck: { Test: ["CMD-SHELL", "x || y"] } }, ["HEALTHCHECK CMD x || y"]],
    ["labels", { Labels: { a: "1" } }, { Labels: { a: "1", "b c": "$" } }, ['LABEL "b c"="\\$"']],
  ])("are, for %s", (_name, below, wanted, lines) => expect(runInstructions(below, wanted).lines).toEqual(lines));

  it("name what the base has and no instruction takes away", () => {
    expect(runInstructions({ ExposedPorts: { "80/tcp": {} }, Volumes: { "/d": {} } }, {}).leftovers).toEqual([
      "port `80/tcp`",
      "volume `/d`",
    ]);
  });
});

describe("the Dockerfile of an image", () => {
  const input: ImageDockerfileInput = {
    from: "docker.io/library/node@sha256:ab",
    below: { User: "node", WorkingDir: "/" },
    layers: [{ file: "layers/a.tar", title: "money@1.0.0" }],
    wanted: { User: "node", WorkingDir: "/app" },
  };
  const body = (change: Partial<ImageDockerfileInput>): readonly string[] =>
    imageDockerfile({ ...input, ...change })
      .text.split("\n")
      .slice(2);

  it("adds the layers upon the base, and sets what differs", () => {
    expect(body({})).toEqual([
      "FROM docker.io/library/node@sha256:ab",
      "# money@1.0.0",
      'ADD ["layers/a.tar","/"]',
      "WORKDIR /app",
      "",
    ]);
  });

  it("has the steps of the lower part run by root, and gives the base its user back", () => {
    const lower = { kind: "steps", packages: [], run: ["true"], buildArgs: { A: 'x"$' } } as const;
    expect(body({ lower, layers: [] })).toEqual([
      "FROM docker.io/library/node@sha256:ab",
      'ARG A="x\\"\\$"',
      "USER 0",
      'RUN ["/bin/sh","-c","true"]',
      "WORKDIR /app",
      "USER node",
      "",
    ]);
  });
});
