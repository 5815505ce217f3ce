import { describe, expect, it } from "vitest";
import { dockerfileImages } from "../../../src/oci/dockerfile-images.ts";
import { failureOf } from "../container/fixtures.ts";

const named = (text: string, buildArgs: Readonly<Record<string, string>> = {}) => {
  const { images, base } = dockerfileImages(text, buildArgs);
  for (const { start, end } of images) expect(text.slice(start, end)).toMatch(/\S/);
  return {
    images: images.map(({ reference }) => reference),
    places: images.map(({ start, end }) => text.slice(start, end)),
    base,
  };
};

describe("the images that a Dockerfile names", () => {
  it.each<[string, string, readonly string[], string]>([
    ["its base", "FROM node:22\n", ["node:22"], "node:22"],
    ["whatever the case, comments and blank lines", "# a\n\n  from  node:22  As x\r\nrun a\n", ["node:22"], "node:22"],
    ["and no stage of its own", "FROM a AS Build\nFROM b\nCOPY --from=build /x /\nCOPY --from=0 /x /", ["a", "b"], "b"],
    ["a base through stages", "FROM a AS one\nFROM one AS two\nFROM two", ["a"], "a"],
    ["nothing for scratch", "FROM scratch\nCOPY a /", [], "scratch"],
    ["what files are copied from", "FROM a\nCOPY --chown=1 --from=tools:1 /x /\n", ["a", "tools:1"], "a"],
    ["what is mounted", "FROM a\nRUN --mount=type=bind,from=t:1,target=/t --network=none ls", ["a", "t:1"], "a"],
    ["nothing that a step only says", "FROM a\nRUN echo --from=b FROM c\nENV F=--from=d", ["a"], "a"],
    ["over continued lines", "FROM a\nCOPY \\\n# a comment\n  --from=b:1 \\\n  /x /", ["a", "b:1"], "a"],
    [
      "and nothing in a here-document",
      "FROM a\nRUN <<EOF cat <<'TWO'\nFROM b\nEOF\nFROM c\nTWO\nCOPY --from=d:1 / /",
      ["a", "d:1"],
      "a",
    ],
    ["for the image's platform", "FROM --platform=$TARGETPLATFORM a\n", ["a"], "a"],
  ])("are %s", (_name, text, images, base) => expect(named(text)).toMatchObject({ images, base }));

  it("are named through build arguments, whose values win over defaults", () => {
    const text = 'ARG V="22"\nARG NAME=node:${V}\nFROM $NAME AS a\nFROM ${OTHER:-x:1}\n';
    expect(named(text)).toMatchObject({ images: ["node:22", "x:1"], places: ["$NAME", "${OTHER:-x:1}"] });
    expect(named(text, { V: "24" }).images).toEqual(["node:24", "x:1"]);
    expect(named("ARG BASE_IMAGE\nFROM ${BASE_IMAGE}", { BASE_IMAGE: "oci-layout:a:b" }).base).toBe("oci-layout:a:b");
  });

  it.each<[string, string, string]>([
    ["no stage", "# nothing\n", "has no `FROM`"],
    [
      "a program that reads it",
      "# syntax=docker/dockerfile:1\nFROM a",
      "has `# syntax=docker/dockerfile:1`, a program from a registry that no lock names",
    ],
    ["another escape", "# escape=`\nFROM a", "has another `# escape` than the backslash"],
    [
      "another platform",
      "FROM --platform=$BUILDPLATFORM a",
      "has `--platform=$BUILDPLATFORM`, and vox builds each stage for the platform of the image",
    ],
    ["a variable without a value", "ARG V\nFROM a:$V", "takes an image's name from `$V`, which has no value"],
    ["a variable in what is copied", "FROM a\nCOPY --from=$X / /", "names `$X` in `--from=$X`"],
  ])("are refused for %s", (_name, text, failure) => {
    expect(failureOf(() => dockerfileImages(text, {}))).toBe(
      `DEPLOY_UNSUPPORTED: the \`dockerfile\` of [deploy.container] ${failure}`,
    );
  });
});
