import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MAX_BUNDLE_BYTES, parseBundle } from "../../../src/attest/bundle.ts";
import { preAuthEncoding } from "../../../src/attest/dsse.ts";
import { KeySigner } from "../../../src/attest/signer.ts";
import { formatStatement, isAbout, parseStatement, PREDICATE } from "../../../src/attest/statement.ts";
import { isBundleOf } from "../../../src/attest/verify/verify-bundle.ts";
import { digestOf } from "../../../src/core/digest.ts";
import { nestsDeeper } from "../../../src/core/json-depth.ts";

const signer = new KeySigner(generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey, "it");
const digest = digestOf("image");
const statement = formatStatement({ subjects: [{ digest }], predicateType: PREDICATE.signature, predicate: {} });
const bytes = await signer.sign(statement);
const json = JSON.parse(Buffer.from(bytes).toString());

/** The bundle with something else in it. */
const altered = (change: (bundle: typeof json) => void): Uint8Array => {
  const copy = structuredClone(json);
  change(copy);
  return Buffer.from(JSON.stringify(copy));
};

describe("what is signed", () => {
  // The vector of the DSSE protocol's own page.
  it("is type and payload with their lengths", () => {
    const encoded = preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world"));
    expect(Buffer.from(encoded).toString()).toBe("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  });

  it("counts bytes, not letters", () => {
    expect(Buffer.from(preAuthEncoding("ä", Buffer.from("ü"))).toString()).toBe("DSSEv1 2 ä 2 ü");
  });
});

describe("a bundle", () => {
  it("is the signer's, and says what was stated", () => {
    const bundle = parseBundle(bytes);
    expect([isBundleOf(bundle, signer.publicKey), signer.made(bundle)]).toEqual([true, true]);
    const stated = parseStatement(bundle.envelope.payload);
    expect([stated.predicateType, isAbout(stated, digest), isAbout(stated, digestOf("else"))]).toEqual([
      PREDICATE.signature,
      true,
      false,
    ]);
  });

  it("is read with base64 of either alphabet", () => {
    const url = altered((bundle) => {
      const envelope = bundle.dsseEnvelope;
      envelope.signatures[0].sig = Buffer.from(envelope.signatures[0].sig, "base64").toString("base64url");
      envelope.payload = Buffer.from(envelope.payload, "base64").toString("base64url");
    });
    expect(isBundleOf(parseBundle(url), signer.publicKey)).toBe(true);
  });

  it.each([
    ["another payload", (bundle: typeof json) => (bundle.dsseEnvelope.payload = Buffer.from("{}").toString("base64"))],
    ["another payload type", (bundle: typeof json) => (bundle.dsseEnvelope.payloadType = "text/plain")],
    ["another signature", (bundle: typeof json) => (bundle.dsseEnvelope.signatures[0].sig = "MAA=")],
    ["an empty signature", (bundle: typeof json) => (bundle.dsseEnvelope.signatures[0].sig = "")],
  ])("with %s is not the signer's", (_name, change) => {
    expect(isBundleOf(parseBundle(altered(change)), signer.publicKey)).toBe(false);
  });

  it.each<readonly [string, Uint8Array]>([
    ["empty", new Uint8Array()],
    ["no JSON", Buffer.from("{")],
    ["no object", Buffer.from("[]")],
    ["of another type", altered((bundle) => (bundle.mediaType = "application/vnd.dev.sigstore.bundle.v0.1+json"))],
    ["without an envelope", altered((bundle) => delete bundle.dsseEnvelope)],
    ["with a signature too many", altered((bundle) => bundle.dsseEnvelope.signatures.push({ sig: "AAAA" }))],
    ["without a signature", altered((bundle) => (bundle.dsseEnvelope.signatures = []))],
    ["with a payload that is no text", altered((bundle) => (bundle.dsseEnvelope.payload = 7))],
    ["with a payload that is not base64", altered((bundle) => (bundle.dsseEnvelope.payload = "{}"))],
    ["of nobody", altered((bundle) => (bundle.verificationMaterial = {}))],
    ["nested a thousand deep", altered((bundle) => (bundle.more = JSON.parse(`${"[".repeat(1000)}${"]".repeat(1000)}`)))],
    ["larger than the limit", Buffer.alloc(MAX_BUNDLE_BYTES + 1, " ")],
  ])("that is %s is refused", (_name, hostile) => {
    expect(() => parseBundle(hostile)).toThrow(expect.objectContaining({ code: "ATTESTATION_INVALID" }));
  });
});

describe("a statement", () => {
  const good = JSON.parse(Buffer.from(statement).toString());
  it.each([
    ["of another version", { ...good, _type: "https://in-toto.io/Statement/v0.1" }],
    ["without subjects", { ...good, subject: undefined }],
    ["with a digest that is no text", { ...good, subject: [{ digest: { sha256: 7 } }] }],
    ["without a type", { ...good, predicateType: undefined }],
  ])("%s is refused", (_name, document) => {
    expect(() => parseStatement(Buffer.from(JSON.stringify(document)))).toThrow(
      expect.objectContaining({ code: "ATTESTATION_INVALID" }),
    );
  });

  it("about a thing with another kind of digest is about no image", () => {
    expect(
      isAbout(parseStatement(Buffer.from(JSON.stringify({ ...good, subject: [{ digest: { sha1: "00" } }] }))), digest),
    ).toBe(false);
  });
});

describe("the depth of JSON", () => {
  it.each([
    ["[]", 1, false],
    ["[[]]", 1, true],
    ['{"a":{"b":[]}}', 3, false],
    ['["[[[["]', 1, false],
    ['["\\"[[[["]', 1, false],
    ["[[],[],[]]", 2, false],
  ])("of %s is more than %i: %s", (text, limit, expected) => {
    expect(nestsDeeper(Buffer.from(text), limit)).toBe(expected);
  });
});
