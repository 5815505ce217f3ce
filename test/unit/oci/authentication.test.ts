import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../../src/oci/bearer-challenge.ts";
import { type Credentials, firstOf, hostTokenParts, hostTokenSource } from "../../../src/oci/credentials.ts";
import { lookUpCredentials, parseDockerConfig, parseHelperAnswer } from "../../../src/oci/docker-credentials.ts";
import { coversScopes, formatScopes, parseScopes, repositoryScope, uniteScopes } from "../../../src/oci/token-scope.ts";

const realm = "https://auth.example/token";

describe("a challenge", () => {
  it.each<[string, ReturnType<typeof parseChallenges>]>([
    [
      `Bearer realm="${realm}",service="s",scope="repository:a/b:pull,push"`,
      [{ kind: "bearer", realm, service: "s", scope: "repository:a/b:pull,push" }],
    ],
    [`bearer realm=${realm}`, [{ kind: "bearer", realm }]],
    [`Bearer  service="s" , realm="${realm}"`, [{ kind: "bearer", realm, service: "s" }]],
    ['Basic realm="Registry"', [{ kind: "basic" }]],
    ["Basic", [{ kind: "basic" }]],
    [`Basic realm="a, b", Bearer realm="${realm}",error="invalid_token"`, [{ kind: "basic" }, { kind: "bearer", realm }]],
    [`Negotiate, Bearer realm="${realm}"`, []],
    [`Digest realm="x", nonce="y", Basic realm="z"`, [{ kind: "basic" }]],
    [`Bearer realm="with \\"quotes\\""`, [{ kind: "bearer", realm: 'with "quotes"' }]],
    ["Bearer service=only", []],
    ["", []],
    ["???", []],
    [`Bearer realm="unclosed`, []],
  ])("%s", (header, challenges) => {
    expect(parseChallenges(header)).toEqual(challenges);
  });
});

describe("scopes", () => {
  it("are united by repository and told in one order", () => {
    const united = uniteScopes(repositoryScope("b", "pull"), repositoryScope("a", "pull"), repositoryScope("b", "push"));
    expect(formatScopes(united)).toEqual(["repository:a:pull", "repository:b:pull,push"]);
  });

  it("are read from a challenge, ports in names included", () => {
    expect(formatScopes(parseScopes("repository:host:5000/a:pull,push registry:catalog:* nonsense"))).toEqual([
      "registry:catalog:*",
      "repository:host:5000/a:pull,push",
    ]);
  });

  it.each([
    [repositoryScope("a", "push"), repositoryScope("a", "pull"), true],
    [repositoryScope("a", "pull"), repositoryScope("a", "push"), false],
    [repositoryScope("a", "push"), repositoryScope("b", "pull"), false],
    [repositoryScope("a", "pull"), new Map(), true],
  ])("of a token serve a request that needs no more", (granted, needed, covered) => {
    expect(coversScopes(granted, needed)).toBe(covered);
  });
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const lookUp = (config: unknown, host: string): ReturnType<typeof lookUpCredentials> =>
  lookUpCredentials(parseDockerConfig(Buffer.from(JSON.stringify(config)), "config.json"), host);
const ada: Credentials = { kind: "basic", username: "ada", password: "se:cret" };

describe("Docker's configuration", () => {
  it.each<[string, unknown, string, ReturnType<typeof lookUpCredentials>]>([
    ["a password in `auth`", { auths: { "ghcr.io": { auth: base64("ada:se:cret") } } }, "ghcr.io", { stored: ada }],
    ["a password spelled out", { auths: { "ghcr.io": { username: "ada", password: "se:cret" } } }, "ghcr.io", { stored: ada }],
    [
      "a key with scheme and path",
      { auths: { "https://ghcr.io/v2/": { auth: base64("ada:se:cret") } } },
      "ghcr.io",
      { stored: ada },
    ],
    [
      "Docker Hub's old key",
      { auths: { "https://index.docker.io/v1/": { auth: base64("ada:se:cret") } } },
      "docker.io",
      { stored: ada },
    ],
    ["a port", { auths: { "localhost:5000": { auth: base64("ada:se:cret") } } }, "localhost:5000", { stored: ada }],
    ["another host", { auths: { "ghcr.io": { auth: base64("ada:se:cret") } } }, "example.com", {}],
    ["a namespace of the host", { auths: { "ghcr.io/acme": { auth: base64("ada:se:cret") } } }, "ghcr.io", {}],
    [
      "an identity token",
      { auths: { "a.io": { auth: base64("ada:"), identitytoken: "t" } } },
      "a.io",
      { stored: { kind: "identity-token", username: "ada", token: "t" } },
    ],
    [
      "an identity token by its user name",
      { auths: { "a.io": { auth: base64("<token>:t") } } },
      "a.io",
      { stored: { kind: "identity-token", username: "<token>", token: "t" } },
    ],
    [
      "a registry token",
      { auths: { "a.io": { registrytoken: "t" } } },
      "a.io",
      { stored: { kind: "registry-token", token: "t" } },
    ],
    [
      "an empty entry beside a store",
      { auths: { "a.io": {} }, credsStore: "desktop" },
      "a.io",
      { helper: { name: "desktop", serverAddress: "a.io" } },
    ],
    [
      "a helper before the store",
      { credHelpers: { "a.io": "ecr" }, credsStore: "desktop" },
      "a.io",
      { helper: { name: "ecr", serverAddress: "a.io" } },
    ],
    [
      "Docker Hub in the store",
      { credsStore: "desktop" },
      "docker.io",
      { helper: { name: "desktop", serverAddress: "https://index.docker.io/v1/" } },
    ],
    ["nothing", {}, "a.io", {}],
  ])("is asked in Docker's order: %s", (_, config, host, expected) => {
    expect(lookUp(config, host)).toEqual(expected);
  });

  it.each(["{", "[]", '{"auths":[]}', '{"auths":{"a":{"auth":"bm9jb2xvbg=="}}}', '{"credsStore":1}'])(
    "is refused when it is malformed: %s",
    (text) => {
      const parse = (): unknown => parseDockerConfig(Buffer.from(text), "config.json");
      expect(parse).toThrow(expect.objectContaining({ code: "CREDENTIALS_INVALID", exitCode: 78 }));
    },
  );

  it("never shows up in an error", () => {
    const parse = (): unknown => parseDockerConfig(Buffer.from('{"auths": hunter2'), "config.json");
    expect(parse).toThrow(
      expect.toSatisfy((error: Error) => error.message === "config.json is not JSON" && error.cause === undefined),
    );
  });
});

it.each<[string, Credentials | undefined]>([
  ['{"ServerURL":"a","Username":"ada","Secret":"se:cret"}', ada],
  ['{"Username":"<token>","Secret":"t"}', { kind: "identity-token", username: "<token>", token: "t" }],
  ['{"Username":"","Secret":""}', undefined],
])("a helper's answer %s", (text, credentials) => {
  expect(parseHelperAnswer(Buffer.from(text), "the helper")).toEqual(credentials);
});

it("a host token belongs to one host, and may name its user", async () => {
  const sources = firstOf([hostTokenSource("a.io", "t"), hostTokenSource("b.io", "u:v")]);
  expect(await sources.credentialsFor("b.io")).toEqual({ kind: "host-token", token: "u:v" });
  expect(await sources.credentialsFor("c.io")).toBeUndefined();
  expect([hostTokenParts("t"), hostTokenParts("u:v:w")]).toEqual([
    { username: "vox", password: "t" },
    { username: "u", password: "v:w" },
  ]);
});
