import { describe, expect, it } from "vitest";
import { digestOf } from "../../../src/core/digest.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { MEDIA_TYPE } from "../../../src/oci/media-types.ts";
import { attachmentsOf, type LayoutEntry, parsePushTarget, planPush } from "../../../src/ops/push-plan.ts";

const image = (name: string): Descriptor => ({ mediaType: MEDIA_TYPE.imageIndex, digest: digestOf(name), size: name.length });
const entry = (name: string, tag?: string): LayoutEntry => ({ descriptor: image(name), ...(tag !== undefined && { tag }) });
const attached = (name: string, subject: string): LayoutEntry => ({ descriptor: image(name), subject: digestOf(subject) });
const signatureTag = `${digestOf("one").replace(":", "-")}.sig`;

const single = [entry("one", "production"), attached("signature", "one"), entry("old signature", signatureTag)];
const several = [entry("one", "production"), entry("one", "latest"), entry("two", "staging"), entry("three")];

const plan = (entries: readonly LayoutEntry[], ref: string, from?: string): readonly (readonly [string, readonly string[]])[] =>
  planPush(entries, { layout: "dist", to: parsePushTarget(ref), ...(from !== undefined && { from }) }).map(({ root, tags }) => [
    ["one", "two", "three"].find((name) => digestOf(name) === root.digest) ?? root.digest,
    tags,
  ]);

describe("what a push takes out of a layout", () => {
  it.each<[string, readonly LayoutEntry[], string, string | undefined, ReturnType<typeof plan>]>([
    ["its only image under its own tag", single, "host.example/app", undefined, [["one", ["production"]]]],
    ["its only image under another tag", single, "host.example/app:v1", undefined, [["one", ["v1"]]]],
    ["an image without a tag by its digest", [entry("one")], "host.example/app", undefined, [["one", []]]],
    [
      "all images under their tags",
      several,
      "host.example/app",
      undefined,
      [
        ["one", ["production", "latest"]],
        ["two", ["staging"]],
        ["three", []],
      ],
    ],
    ["the image of the tag that is asked for", several, "host.example/app:staging", undefined, [["two", ["staging"]]]],
    ["the image of a digest", several, `host.example/app:v1@${digestOf("three")}`, undefined, [["three", ["v1"]]]],
    ["the image of a digest under its tags", several, `host.example/app@${digestOf("two")}`, undefined, [["two", ["staging"]]]],
    ["the image that is named in the layout", several, "host.example/app:v2", "latest", [["one", ["v2"]]]],
    ["that image under that tag", several, "host.example/app", "latest", [["one", ["latest"]]]],
  ])("is %s", (_, entries, ref, from, expected) => {
    expect(plan(entries, ref, from)).toEqual(expected);
  });

  it.each<[string, readonly LayoutEntry[], string, string | undefined, string]>([
    ["lists nothing", [], "host.example/app:v1", undefined, "OCI_INVALID"],
    ["lists signatures alone", [attached("signature", "one")], "host.example/app", undefined, "OCI_INVALID"],
    ["has several and the tag tells none", several, "host.example/app:v1", undefined, "USAGE"],
    ["has no image of that digest", single, `host.example/app@${digestOf("two")}`, undefined, "CONTENT_MISSING"],
    ["has no image of that name", single, "host.example/app", "staging", "CONTENT_MISSING"],
    ["names another image so", several, `host.example/app@${digestOf("two")}`, "latest", "CONTENT_MISSING"],
  ])("is refused when the layout %s", (_, entries, ref, from, code) => {
    expect(() => plan(entries, ref, from)).toThrow(expect.objectContaining({ code }));
  });

  it("has the tagged signatures of what is pushed, and no others", () => {
    expect(attachmentsOf(single, [digestOf("one")])).toEqual([{ root: image("old signature"), tags: [signatureTag] }]);
    expect(attachmentsOf(single, [digestOf("two")])).toEqual([]);
  });
});

it.each([
  ["host.example/app", undefined],
  ["host.example/app:latest", "latest"],
  [`host.example/app:latest@${digestOf("one")}`, "latest"],
  [`host.example/app@${digestOf("one")}`, undefined],
  ["localhost:5000/app", undefined],
])("the reference `%s` has the tag that is written", (text, tag) => {
  expect(parsePushTarget(text).tag).toBe(tag);
});
