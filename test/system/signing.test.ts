import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { preAuthEncoding } from "../../src/attest/dsse.ts";
import { findOracle, startOracleRegistry } from "../support/oracles.ts";
import { requireService } from "../support/services.ts";
import { layLockedStorefront, type Storefront } from "../support/storefront.ts";
import { at, succeeded, textAt, type VoxRun } from "../support/vox-cli.ts";
import { COSIGN_PAIR } from "../unit/attest/cosign-pair.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const registry = await requireService("registry");
const [cosign, crane, referrers] = [findOracle("cosign"), findOracle("crane"), findOracle("referrers-registry")];
const PASSWORD = "correct horse battery";
const SIGNING = { env: { VOX_SIGN_PASSWORD: PASSWORD } };

let storefront: Storefront;
let keys: string;
const layout = (): string => join(storefront.app, "dist/oci-layout");
const key = (name: string): string => join(keys, name);
const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const blob = (digest: string): string => join(layout(), "blobs/sha256", digest.slice("sha256:".length));
const verify = (image: string, ...args: readonly string[]): Promise<VoxRun> => storefront.vox(["verify", image, ...args]);
const referrersIn = (): readonly unknown[] => Object.values(at(read(join(layout(), "index.json")), "manifests") ?? {}).slice(1);

beforeAll(async () => {
  storefront = await layLockedStorefront();
  keys = join(storefront.desk.folder, "keys");
  mkdirSync(keys);
  writeFileSync(key("cosign.key"), COSIGN_PAIR.privatePem);
  writeFileSync(key("cosign.pub"), COSIGN_PAIR.publicPem);
});
afterAll(() => storefront?.desk.remove());

describe("keys", () => {
  it("`vox keys generate` writes a pair once, the private one encrypted and for its owner alone", async () => {
    const made = await storefront.vox(["keys", "generate", "--out", key("team"), "--json"], SIGNING);
    expect(textAt(succeeded(made).json(), "publicKey")).toBe(key("team.pub"));
    expect(statSync(key("team.key")).mode & 0o777).toBe(0o600);
    const before = readFileSync(key("team.key"), "utf8");
    const again = await storefront.vox(["keys", "generate", "--out", key("team")], SIGNING);
    expect([again.exitCode, again.stderr]).toEqual([73, expect.stringContaining("KEY_EXISTS")]);
    expect(readFileSync(key("team.key"), "utf8")).toBe(before);
    expect(before).toContain("ENCRYPTED PRIVATE KEY");
  });

  it.each([
    ["no place", ["keys", "generate"], SIGNING, 64],
    ["no password", ["keys", "generate", "--out", "k"], {}, 77],
    ["an empty password", ["keys", "generate", "--out", "k"], { env: { VOX_SIGN_PASSWORD: "" } }, 77],
    ["a place that is a file's", ["keys", "generate", "--out", "server.js/k"], SIGNING, 73],
  ] as const)("`vox keys generate` with %s is refused and writes nothing", async (_name, args, run, exitCode) => {
    expect((await storefront.vox(args, run)).exitCode).toBe(exitCode);
  });
});

describe("a signed layout", () => {
  let digest: string;
  beforeAll(async () => {
    succeeded(await storefront.vox(["sync"]));
    const made = await storefront.vox(["package", "--sign-key", key("team.key"), "--offline", "--json"], SIGNING);
    digest = textAt(succeeded(made).json(), "image", "digest");
    expect(made.stdout + made.stderr).not.toContain(PASSWORD);
  });

  it("lists the image first, then a bundle for each statement, and verifies by the key alone", async () => {
    expect(textAt(read(join(layout(), "index.json")), "manifests", 0, "digest")).toBe(digest);
    const types = referrersIn().map((entry) => textAt(entry, "annotations", "dev.sigstore.bundle.predicateType"));
    expect(types.toSorted()).toEqual([
      "https://cyclonedx.org/bom",
      ...Array.from({ length: 3 }, () => "https://sigstore.dev/cosign/sign/v1"),
      "https://slsa.dev/provenance/v1",
      "https://spdx.dev/Document",
    ]);
    const run = succeeded(await verify(layout(), "--key", key("team.pub"), "--lock", "../vox.lock", "--json"));
    expect(Object.values(at(run.json(), "checks") ?? {}).map((check) => textAt(check, "id"))).toEqual([
      "image",
      "attached",
      "signature index",
      "signature linux/amd64",
      "signature linux/arm64",
      "attestation spdx",
      "attestation cyclonedx",
      "attestation provenance",
      "lock",
      ...["linux/amd64", "linux/arm64"].flatMap((name) => ["base", "dependencies", "contents"].map((id) => `${id} ${name}`)),
    ]);
  });

  it("has envelopes that OpenSSL verifies", () => {
    for (const entry of referrersIn()) {
      const bundle = read(blob(textAt(read(blob(textAt(entry, "digest"))), "layers", 0, "digest")));
      const payload = Buffer.from(textAt(bundle, "dsseEnvelope", "payload"), "base64");
      writeFileSync(join(keys, "signed"), preAuthEncoding(textAt(bundle, "dsseEnvelope", "payloadType"), payload));
      writeFileSync(join(keys, "signature"), Buffer.from(textAt(bundle, "dsseEnvelope", "signatures", 0, "sig"), "base64"));
      const args = ["dgst", "-sha256", "-verify", "team.pub", "-signature", "signature", "signed"];
      expect(execFileSync("openssl", args, { cwd: keys, encoding: "utf8" })).toBe("Verified OK\n");
    }
  });

  it("is the same to the byte when it is packaged again: an unchanged image is not attested again", async () => {
    const before = readFileSync(join(layout(), "index.json"), "utf8");
    succeeded(await storefront.vox(["package", "--sign-key", key("team.key")], SIGNING));
    expect(readFileSync(join(layout(), "index.json"), "utf8")).toBe(before);
  });

  it("is signed with cosign's own key as well, beside what others signed", async () => {
    const run = { env: { VOX_SIGN_PASSWORD: COSIGN_PAIR.password, VOX_SIGN_KEY: key("cosign.key") } };
    succeeded(await storefront.vox(["package"], run));
    succeeded(await verify(layout(), "--key", key("cosign.pub")));
    succeeded(await verify(layout(), "--key", key("team.pub")));
  });

  it.each([
    ["the wrong password", ["--sign-key", "team.key"], { VOX_SIGN_PASSWORD: "wrong" }, 77],
    ["no password", ["--sign-key", "team.key"], {}, 77],
    ["a key that is not there", ["--sign-key", "none.key"], {}, 65],
    ["a folder for a key", ["--sign-key", "."], {}, 65],
    ["a public key", ["--sign-key", "team.pub"], {}, 65],
    ["a format and no key", ["--signature-format", "legacy"], {}, 64],
    ["an archive, which has no place for it", ["--sign-key", "team.key", "--format", "docker-archive"], {}, 64],
  ] as const)("is not made with %s", async (_name, args, env, exitCode) => {
    const flags = args.map((word) => (/^(?:team|none)\.|^\.$/.test(word) ? key(word) : word));
    const run = await storefront.vox(["package", "--out", "refused", ...flags], { env });
    expect([run.exitCode, run.stderr]).toEqual([exitCode, expect.stringMatching(/^(?:error|make)/)]);
  });
});

/** A registry without the referrers API, and one with it. */
describe.each([
  ["the distribution's registry, by the fallback tag", registry],
  ["a registry with the referrers API", referrers],
] as const)("in %s", (place, service) => {
  const other = place.includes("with the");
  let host: string;
  let image: string;
  let manifest: string;
  let close: (() => void) | undefined;

  describe.skipIf(service === undefined)("a deployed image", () => {
    beforeAll(async () => {
      const server = other ? await startOracleRegistry(service ?? "") : undefined;
      close = server?.close;
      host = server?.host ?? service ?? "";
      const prefix = `signing/${process.pid}-${Math.trunc(performance.timeOrigin)}`;
      const text = storefront.read("app/Vox.toml").replace(/^registry = .*\n/m, "");
      storefront.write(
        "app/Vox.toml",
        text.replace("[deploy.container]", `[deploy.container]\nregistry = "${host}/${prefix}"`),
      );
      const args = ["deploy", "--sign-key", key("team.key"), "--signature-format", "both", "--json"];
      const deployed = succeeded(await storefront.vox(args, SIGNING)).json();
      image = textAt(deployed, "image", "reference");
      manifest = `${image.slice(0, image.indexOf("@"))}@${textAt(deployed, "image", "platforms", 0, "digest")}`;
    });
    afterAll(() => close?.());

    it("is verified by its key, and not by another", async () => {
      succeeded(await verify(image, "--key", key("team.pub"), "--lock", "../vox.lock"));
      const run = await verify(image, "--key", key("cosign.pub"));
      expect([run.exitCode, run.stdout]).toEqual([
        1,
        expect.stringContaining("FAILED signature index: nothing that is attached"),
      ]);
    });

    it("is attested no second time when nothing changed", async () => {
      const run = await storefront.vox(["deploy", "--sign-key", key("team.key"), "--signature-format", "both"], SIGNING);
      expect([succeeded(run).exitCode, run.stderr]).toEqual([0, expect.not.stringContaining("signed")]);
    });

    const cosignRun = (...args: readonly string[]): string =>
      execFileSync(
        cosign ?? "",
        [...args, "--key", key("team.pub"), "--insecure-ignore-tlog=true", "--allow-insecure-registry"],
        {
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
          env: { ...process.env, HOME: storefront.desk.folder },
        },
      );

    it.skipIf(cosign === undefined)("is verified by cosign, the index and a platform, in both forms", () => {
      for (const reference of [image, manifest]) {
        const digest = reference.slice(reference.indexOf("@") + 1);
        expect(cosignRun("verify", reference)).toContain(digest);
        expect(cosignRun("verify", "--new-bundle-format=false", reference)).toContain(digest);
      }
    });

    it.skipIf(crane === undefined)("is valid by crane, which names it by the same digest", () => {
      const ask = (...args: readonly string[]): string =>
        execFileSync(crane ?? "", [...args, "--insecure"], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
      const digest = image.slice(image.indexOf("@") + 1);
      expect(ask("digest", image)).toBe(`${digest}\n`);
      expect(ask("validate", "--remote", image)).toContain("PASS");
    });

    it.skipIf(cosign === undefined)("has attestations that cosign verifies", () => {
      for (const type of ["spdxjson", "cyclonedx", "slsaprovenance1"])
        expect(cosignRun("verify-attestation", "--type", type, image)).toContain("payload");
    });

    it.skipIf(cosign === undefined)("that cosign signed is verified by vox", async () => {
      const args = [
        "sign",
        "--key",
        key("cosign.key"),
        "--tlog-upload=false",
        "--use-signing-config=false",
        "--allow-insecure-registry",
        "-y",
      ];
      execFileSync(cosign ?? "", [...args, "--recursive", image], {
        stdio: "ignore",
        env: { ...process.env, HOME: storefront.desk.folder, COSIGN_PASSWORD: COSIGN_PAIR.password },
      });
      const run = await verify(image, "--key", key("cosign.pub"));
      for (const name of ["index", "linux/amd64", "linux/arm64"]) expect(run.stdout).toContain(`ok     signature ${name}`);
    });
  });
});
