import { describe, expect, it } from "vitest";
import { hideValues } from "../../../src/deploy/hide-values.ts";

const KEY = "-----BEGIN KEY-----\nMIIEvQIBADAN\nBg==\n-----END KEY-----";

describe("what a program printed, told without the values of secrets", () => {
  it.each([
    ["-e KEY=open sesame x", ["open sesame"], "-e KEY=[redacted] x"],
    ["a secret and a longer secret", ["secret", "longer secret"], "a [redacted] and a [redacted]"],
    ["nothing to hide", ["secret"], "nothing to hide"],
    ["cut:   MIIEvQIBADAN\r\n  Bg== -----END KEY-----", [KEY], "cut:   [redacted]\r\n  Bg== [redacted]"],
  ])("%j without %j is %j", (text, values, expected) => {
    expect(hideValues(text, values)).toBe(expected);
  });
});
