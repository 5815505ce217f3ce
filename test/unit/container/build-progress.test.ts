import { describe, expect, it } from "vitest";
import { parsePlatform } from "../../../src/core/platform.ts";
import { builtBy } from "../../../src/container/engine/build-failure.ts";
import { BuildProgress, type BuildReport } from "../../../src/container/engine/build-progress.ts";
import { readBuildkitTrace } from "../../../src/container/engine/buildkit-trace.ts";
import { failureOf } from "./fixtures.ts";

const AMD64 = parsePlatform("linux/amd64");
const ARM64 = parsePlatform("linux/arm64");

function read(...lines: readonly string[]): { readonly report: BuildReport; readonly steps: readonly string[] } {
  const steps: string[] = [];
  const progress = new BuildProgress((message) => steps.push(message));
  for (const line of lines) progress.take(line);
  return { report: progress.report, steps };
}

/** A field of a protobuf message: a text, or a message's bytes. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = bytes.byteLength < 128 ? [bytes.byteLength] : [(bytes.byteLength & 0x7f) | 0x80, bytes.byteLength >> 7];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
}

const flag = (number: number): Buffer => Buffer.from([number * 8, 1]);
const vertex = (...parts: readonly Buffer[]): Buffer => field(1, Buffer.concat([field(1, "sha256:a"), ...parts]));
const trace = (message: Buffer): string => JSON.stringify({ id: "moby.buildkit.trace", aux: message.toString("base64") });

describe("what a build tells", () => {
  it("is read of Docker's classic builder", () => {
    const { report, steps } = read(
      '{"stream":"Step 1/2 : FROM base"}',
      '{"stream":"\\n"}',
      '{"stream":" ---\\u003e f697303236de\\n"}',
      '{"stream":"Step 2/2 : RUN echo hi"}',
      '{"stream":" ---\\u003e Running in f9c6cc65eeef\\n"}',
      '{"stream":"hi\\n"}',
      '{"stream":"Removing intermediate container f9c6cc65eeef\\n"}',
      '{"stream":" ---\\u003e 67c5c08716b6\\n"}',
      '{"aux":{"ID":"sha256:b6d8"}}',
      '{"stream":"Successfully built b6d88e716b54\\n"}',
    );
    expect(steps).toEqual(["[1/2] FROM base", "[2/2] RUN echo hi"]);
    expect(report).toEqual({ id: "sha256:b6d8", step: "RUN echo hi", intermediate: "67c5c08716b6", output: ["hi"] });
  });

  it("names the container of the step that is under way, which has to go when the build is given up", () => {
    const begun = ['{"stream":"Step 2/3 : RUN sleep 9"}', '{"stream":" ---\\u003e Running in f9c6cc65eeef\\n"}'];
    expect(read(...begun).report.container).toBe("f9c6cc65eeef");
    expect(read(...begun, '{"stream":"Removing intermediate container f9c6cc65eeef\\n"}').report.container).toBeUndefined();
  });

  it("is read of Podman's", () => {
    const { report, steps } = read(
      '{"stream":"STEP 1/2: FROM base\\n"}',
      '{"stream":"STEP 2/2: RUN echo hi\\n"}',
      '{"stream":"hi\\n"}',
      '{"stream":"COMMIT\\n"}',
      '{"stream":"--\\u003e 0a1b2c3d4e5\\n"}',
      `{"stream":"sha256:${"ab".repeat(32)}\\n"}`,
    );
    expect(steps).toEqual(["[1/2] FROM base", "[2/2] RUN echo hi"]);
    expect(report).toMatchObject({ id: `sha256:${"ab".repeat(32)}`, intermediate: "0a1b2c3d4e5", output: ["hi"] });
  });

  it("is read of BuildKit's trace: steps as they start, once, and what they print", () => {
    const { report, steps } = read(
      trace(vertex(field(3, "[internal] load build definition"), field(5, ""))),
      trace(vertex(field(3, "[2/2] RUN echo hi"))),
      trace(vertex(field(3, "[2/2] RUN echo hi"), field(5, ""))),
      trace(
        Buffer.concat([
          vertex(field(3, "[2/2] RUN echo hi"), field(5, "")),
          field(3, Buffer.concat([flag(3), field(4, "hi\n")])),
        ]),
      ),
      '{"id":"moby.image.id","aux":{"ID":"sha256:eac2"}}',
    );
    expect(steps).toEqual(["[2/2] RUN echo hi"]);
    expect(report).toEqual({ id: "sha256:eac2", step: "RUN echo hi", output: ["hi"] });
    expect(read(trace(vertex(field(3, "[1/1] FROM b"), flag(4), field(5, "")))).steps).toEqual(["[1/1] FROM b (kept)"]);
  });

  it("tells a step in one line of bounded length, and keeps the last lines of output only", () => {
    const { report, steps } = read(
      JSON.stringify({ stream: `Step 1/1 : RUN ${"x".repeat(300)}` }),
      ...Array.from({ length: 50 }, (_, line) => JSON.stringify({ stream: `${line}\n` })),
    );
    expect(steps[0]).toHaveLength(120);
    expect(report.output).toHaveLength(20);
    expect(report.output.at(-1)).toBe("49");
  });

  it.each(["", "{", "null", "[]", '"x"', trace(Buffer.from([0xff, 0xff, 0xff])), trace(Buffer.from([0x0a, 0x7f, 1]))])(
    "is talk, whatever it is: %j",
    (line) => expect(read(line).report).not.toHaveProperty("error"),
  );

  it("skips fields of a trace that vox does not know", () => {
    const message = Buffer.concat([
      Buffer.from([9 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8]),
      vertex(field(3, "[1/1] a"), Buffer.from([10 * 8 + 5, 1, 2, 3, 4]), field(7, "e")),
    ]);
    expect(readBuildkitTrace(message).steps).toEqual([
      { digest: "sha256:a", name: "[1/1] a", started: false, cached: false, error: "e" },
    ]);
  });
});

describe("a failed build", () => {
  const failing = (report: Partial<BuildReport>, platform = AMD64): string =>
    failureOf(() => builtBy({ output: [], ...report }, platform, AMD64));

  it.each<[string, Partial<BuildReport>, string]>([
    [
      "a step's exit code, as the classic builder tells it",
      { error: "The command '/bin/sh -c false' returned a non-zero code: 3", step: "RUN false" },
      "ENGINE_BUILD_FAILED: the lower part for `linux/amd64` does not build: `RUN false` ended with exit code 3",
    ],
    [
      "and as BuildKit does",
      { error: 'process "/bin/sh -c false" did not complete successfully: exit code: 4', step: "RUN false" },
      "ENGINE_BUILD_FAILED: the lower part for `linux/amd64` does not build: `RUN false` ended with exit code 4",
    ],
    [
      "a disk that is full",
      { error: "write /var/lib/docker/x: no space left on device" },
      "ENGINE_FAILED: the engine has no space left: write /var/lib/docker/x: no space left on device",
    ],
    ["an engine that says nothing", {}, "ENGINE_FAILED: the engine broke off the build"],
    [
      "a base without a package manager",
      { error: "exit code: 127", output: ["vox: the base has neither apk nor apt-get"] },
      "BASE_IMAGE_UNUSABLE: `packages` of [deploy.container] needs `apk` or `apt-get`, and the base image has neither",
    ],
    [
      "and not for a script that is only quoted",
      {
        error: "executor failed running [/bin/sh -c echo 'vox: the base has neither apk nor apt-get']: exit code: 1",
        step: "RUN x",
      },
      "ENGINE_BUILD_FAILED: the lower part for `linux/amd64` does not build: `RUN x` ended with exit code 1",
    ],
  ])("names %s", (_name, report, failure) => expect(failing(report)).toBe(failure));

  it("explains a foreign platform", () => {
    expect(failing({ error: "exec /bin/sh: exec format error" }, ARM64)).toBe(
      "ENGINE_BUILD_FAILED: the engine is for `linux/amd64` and cannot run the programs of `linux/arm64`: no emulator is registered with binfmt_misc",
    );
  });
});
