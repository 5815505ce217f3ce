import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { packageEntries } from "../../../src/archive/package-entries.ts";
import { writeCanonicalTar } from "../../../src/archive/canonical-tar.ts";
import { fileEntry, fileOfBytes, type TarEntry } from "../../../src/archive/tar-entry.ts";
import { writePlainTar } from "../../../src/archive/plain-tar.ts";
import { openPrivateKey } from "../../../src/attest/keys/private-key.ts";
import { KeySigner } from "../../../src/attest/signer.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { COSIGN_PAIR } from "../../unit/attest/cosign-pair.ts";
import { type Json, LayoutSurgeon } from "../../support/layout-surgeon.ts";
import { identityToken, type LoopbackSigstore, startLoopbackSigstore } from "../../support/loopback-sigstore.ts";
import { CHECKOUT, createDesk, type Desk, succeeded, type VoxRun } from "../../support/vox-cli.ts";
import { voxInProcess } from "../../support/vox-in-process.ts";

/** A project with two packages, its image in layouts that are signed in several ways, and another image by the same key. */
let desk: Desk;
let image: LayoutSurgeon;
let signer: KeySigner;
const sigstores: LoopbackSigstore[] = [];
const open: LayoutSurgeon[] = [];

const WHO = "ada@example.com";
const ISSUER = "https://issuer.example.com";

function vox(args: readonly string[], cwd = join(desk.folder, "app")): Promise<VoxRun> {
  const env = { ...desk.env, VOX_REGISTRY: `file:${join(desk.folder, "registry")}`, VOX_SIGN_PASSWORD: "geheim" };
  return voxInProcess(args, { env, cwd });
}

function write(folder: string, files: Readonly<Record<string, string>>): string {
  const dir = join(desk.folder, folder);
  mkdirSync(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

const packageText = (name: string, more = "") => `[package]\nname = "${name}"\nversion = "1.0.0"\nlicense = "MIT"\n${more}`;
const APP = `[package]
name = "shop"
version = "1.0.0"
kind = "application"
[dependencies]
kit = "^1"
[deploy.container]
base_image = "scratch"
cmd = ["/bin/shop"]
`;

beforeAll(async () => {
  desk = createDesk();
  succeeded(await vox(["pm", "publish"], write("slug", { "Vox.toml": packageText("slug"), "index.js": "export {};\n" })));
  const kit = write("kit", { "Vox.toml": packageText("kit", '[dependencies]\nslug = "^1"\n'), "index.js": "import 'slug';\n" });
  succeeded(await vox(["pm", "publish"], kit));
  write("app", { "Vox.toml": APP, "server.js": "import 'kit';\n" });
  succeeded(await vox(["lock"]));
  for (const name of ["team", "other"]) succeeded(await vox(["keys", "generate", "--out", join(desk.folder, name)]));
  write(".", { "cosign.pub": COSIGN_PAIR.publicPem });
  const sign = (out: string, key: string) =>
    vox(["package", "--out", join(desk.folder, out), "--sign-key", join(desk.folder, key)]);
  succeeded(await sign("image", "team.key"));
  succeeded(await sign("by-other", "other.key"));
  await signKeyless("keyless", {});
  // A certificate lives for ten minutes, and this log takes what it signed in an hour.
  await signKeyless("expired", { loggedAt: new Date(Date.now() + 3_600_000) });
  const pem = readFileSync(join(desk.folder, "team.key"), "utf8");
  signer = new KeySigner(await openPrivateKey(pem, () => Promise.resolve("geheim"), "it"), "it");
  writeFileSync(join(desk.folder, "app/server.js"), "import 'kit'; // changed\n");
  succeeded(await sign("changed", "team.key"));
  image = new LayoutSurgeon(join(desk.folder, "image"));
});
async function signKeyless(out: string, options: Parameters<typeof startLoopbackSigstore>[0]): Promise<void> {
  const sigstore = await startLoopbackSigstore(options);
  sigstores.push(sigstore);
  writeFileSync(join(desk.folder, `${out}.json`), sigstore.trustedRoot);
  const env = {
    VOX_REGISTRY: `file:${join(desk.folder, "registry")}`,
    VOX_FULCIO_URL: sigstore.url,
    VOX_REKOR_URL: sigstore.url,
    SIGSTORE_ID_TOKEN: identityToken(WHO, ISSUER),
  };
  const args = ["package", "--out", join(desk.folder, out), "--keyless"];
  succeeded(await desk.vox(args, { cwd: join(desk.folder, "app"), env }));
}

afterEach(() => {
  for (const surgeon of open.splice(0)) surgeon.remove();
});
afterAll(async () => {
  for (const sigstore of sigstores) await sigstore.close();
  image?.remove();
  desk?.remove();
});

const tarOf = async (entries: readonly TarEntry[]): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeCanonicalTar(entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
};
const plainTarOf = async (path: string): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of writePlainTar([fileOfBytes(path, Buffer.from("evil"))])) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** The archive of the package `slug` with one file more. */
const slugWithMore = (): Promise<Buffer> =>
  tarOf(
    packageEntries(
      parsePackageName("slug"),
      Object.entries({ "Vox.toml": packageText("slug"), "evil.js": "evil", "index.js": "export {};\n" }).map(([path, text]) =>
        fileOfBytes(path, Buffer.from(text)),
      ),
    ),
  );

type Surgery = (surgeon: LayoutSurgeon) => void | Promise<void>;
interface Case {
  readonly what: string;
  readonly surgery: Surgery;
  /** Besides the lock: `team` unless said. */
  readonly key?: "team" | "other" | "none";
  /** A layout that was signed without a key, and who must have signed it. */
  readonly keyless?: { readonly layout: "keyless" | "expired"; readonly root?: "keyless" | "expired"; readonly who?: string };
  readonly lock?: (text: string) => string;
  /** The checks that fail, in order. */
  readonly failing: readonly string[];
}

const LAYER_OF_SLUG = 2;
const layerOf = (surgeon: LayoutSurgeon, at: number): string => surgeon.json(surgeon.platforms[0] ?? "")["layers"][at].digest;
const bundleOf = (surgeon: LayoutSurgeon, type: string) =>
  surgeon.attached.find((item) => surgeon.statementOf(item)["predicateType"].includes(type)) ?? surgeon.attached[0];
const SIGN = "https://sigstore.dev/cosign/sign/v1";
/** The bytes of a bundle of another layout. */
const bundleFrom = (layout: string, type: string): Buffer => {
  const other = new LayoutSurgeon(join(desk.folder, layout));
  open.push(other);
  return other.bytes(bundleOf(other, type)?.manifest["layers"][0].digest);
};
const altered = (surgeon: LayoutSurgeon, type: string, change: (bundle: Json) => void): Buffer => {
  const bundle = surgeon.json(bundleOf(surgeon, type)?.manifest["layers"][0].digest);
  change(bundle);
  return Buffer.from(JSON.stringify(bundle));
};
/** A bundle by the key itself, whatever is in it. */
const bundleBy = async (payload: string): Promise<Buffer> => Buffer.from(await signer.sign(Buffer.from(payload)));
/** A statement about the image by the key itself. */
const statementBy = (surgeon: LayoutSurgeon, predicateType: string, predicate: unknown): Promise<Buffer> =>
  bundleBy(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [surgeon.root, ...surgeon.platforms].map((digest) => ({ digest: { sha256: digest.slice(7) } })),
      predicateType,
      predicate,
    }),
  );
const PLATFORMS = ["linux/amd64", "linux/arm64"];
const each = (...ids: readonly string[]) => PLATFORMS.flatMap((platform) => ids.map((id) => `${id} ${platform}`));
const UNSIGNED = ["signature index", "attestation spdx", "attestation cyclonedx", "attestation provenance"];

const CASES: readonly Case[] = [
  { what: "nothing", surgery: () => undefined, failing: [] },
  {
    what: "the bytes of a dependency's layer",
    surgery: (surgeon) => surgeon.spoil(layerOf(surgeon, LAYER_OF_SLUG)),
    failing: each("dependencies", "contents"),
  },
  {
    what: "the bytes of the application's layer",
    surgery: (surgeon) => surgeon.spoil(layerOf(surgeon, 3)),
    failing: each("contents"),
  },
  {
    what: "the bytes of a config",
    surgery: (surgeon) => surgeon.spoil(surgeon.json(surgeon.platforms[0] ?? "")["config"].digest),
    failing: ["image"],
  },
  { what: "the bytes of a manifest", surgery: (surgeon) => surgeon.spoil(surgeon.platforms[0] ?? ""), failing: ["image"] },
  { what: "the bytes of the index", surgery: (surgeon) => surgeon.spoil(surgeon.root), failing: ["image"] },
  {
    what: "a config, with digests that agree again",
    surgery: (surgeon) => surgeon.rebuild((_, config) => (config["config"].Cmd = ["/bin/evil"])),
    failing: ["signature index", "signature linux/amd64", ...UNSIGNED.slice(1)],
  },
  {
    what: "one file more in a dependency's layer, with digests that agree again",
    key: "none",
    surgery: async (surgeon) => {
      const tar = await slugWithMore();
      surgeon.replaceLayer(LAYER_OF_SLUG, () => tar);
    },
    failing: ["dependencies linux/amd64"],
  },
  {
    what: "a file of no package in a dependency's layer",
    key: "none",
    surgery: async (surgeon) => {
      const tar = await tarOf([fileEntry("etc/evil", fileOfBytes("etc/evil", Buffer.from("evil")))]);
      surgeon.replaceLayer(LAYER_OF_SLUG, (old) => Buffer.concat([tar.subarray(0, -1024), old]));
    },
    failing: ["dependencies linux/amd64", "contents linux/amd64"],
  },
  {
    what: "a file of the application among the packages",
    key: "none",
    surgery: async (surgeon) => {
      const tar = await plainTarOf("opt/vox/modules/slug/index.js");
      surgeon.replaceLayer(3, () => tar);
    },
    failing: ["contents linux/amd64"],
  },
  {
    what: "a layer more, below the packages",
    key: "none",
    surgery: async (surgeon) => surgeon.insertLayer(0, await plainTarOf("usr/bin/node")),
    failing: ["contents linux/amd64"],
  },
  {
    what: "a layer more, on top",
    key: "none",
    surgery: async (surgeon) => surgeon.insertLayer(4, await plainTarOf("app/server.js")),
    failing: ["contents linux/amd64"],
  },
  {
    what: "a package more, in a layer that says so",
    key: "none",
    surgery: async (surgeon) =>
      surgeon.insertLayer(
        1,
        await tarOf(packageEntries(parsePackageName("evil"), [fileOfBytes("Vox.toml", Buffer.from(packageText("evil")))])),
        { "dev.vox.packages": "evil@1.0.0" },
      ),
    failing: ["dependencies linux/amd64"],
  },
  {
    what: "a package left out",
    key: "none",
    surgery: (surgeon) =>
      surgeon.rebuild((manifest, config) => {
        manifest["layers"].splice(LAYER_OF_SLUG, 1);
        config["rootfs"].diff_ids.splice(LAYER_OF_SLUG, 1);
      }),
    failing: ["dependencies linux/amd64"],
  },
  {
    what: "a lock that differs in one digest",
    surgery: () => undefined,
    lock: (text) =>
      text.replace(/(name = "slug"[^]*?diff-id = "sha256:)(.)/, (_all, head, hex) => `${head}${hex === "0" ? "1" : "0"}`),
    failing: ["lock", ...each("dependencies")],
  },
  {
    what: "nothing, but another key is asked for",
    key: "other",
    surgery: () => undefined,
    failing: [...UNSIGNED.slice(0, 1), ...each("signature"), ...UNSIGNED.slice(1)],
  },
  {
    what: "everything that was attached taken away",
    surgery: (surgeon) => surgeon.detach(() => true),
    failing: ["signature index", ...each("signature"), ...UNSIGNED.slice(1)],
  },
  {
    what: "a signature on the index alone",
    surgery: (surgeon) =>
      surgeon.detach(
        (statement, manifest) => statement["predicateType"] === SIGN && manifest["subject"].digest !== surgeon.root,
      ),
    failing: each("signature"),
  },
  {
    what: "a signature over another image, attached to this one",
    surgery: (surgeon) => {
      surgeon.detach(
        (statement, manifest) => statement["predicateType"] === SIGN && manifest["subject"].digest === surgeon.root,
      );
      surgeon.attach(bundleFrom("changed", "cosign/sign"), surgeon.root);
    },
    failing: ["signature index"],
  },
  {
    what: "a bill of materials of another image, attached to this one",
    surgery: (surgeon) => {
      surgeon.detach((statement) => statement["predicateType"] === "https://spdx.dev/Document");
      surgeon.attach(bundleFrom("changed", "spdx"), surgeon.root);
    },
    failing: ["attestation spdx"],
  },
  {
    what: "provenance of another image, attached to this one",
    surgery: (surgeon) => {
      surgeon.detach((statement) => statement["predicateType"] === "https://slsa.dev/provenance/v1");
      surgeon.attach(bundleFrom("changed", "slsa"), surgeon.root);
    },
    failing: ["attestation provenance"],
  },
  {
    what: "a second signature that says it is the key's and is not",
    surgery: (surgeon) =>
      surgeon.attach(
        altered(surgeon, "cosign/sign", (bundle) => (bundle["dsseEnvelope"].signatures[0].sig = "MAYCAQECAQE=")),
        surgeon.root,
      ),
    failing: ["signature index"],
  },
  {
    what: "a signature of somebody else beside",
    surgery: (surgeon) => surgeon.attach(bundleFrom("by-other", "cosign/sign"), surgeon.root),
    failing: [],
  },
  {
    what: "the text of a bill of materials, in its envelope",
    surgery: (surgeon) => {
      const forged = altered(surgeon, "spdx", (bundle) => {
        const text = Buffer.from(bundle["dsseEnvelope"].payload, "base64").toString().replaceAll("MIT", "0BSD");
        bundle["dsseEnvelope"].payload = Buffer.from(text).toString("base64");
      });
      surgeon.detach((statement) => statement["predicateType"] === "https://spdx.dev/Document");
      surgeon.attach(forged, surgeon.root);
    },
    failing: ["signature index", "attestation spdx"],
  },
  {
    what: "the bytes of a bundle",
    surgery: (surgeon) => surgeon.spoil(bundleOf(surgeon, "spdx")?.manifest["layers"][0].digest),
    failing: ["attached", "attestation spdx"],
  },
  {
    what: "a bundle larger than any",
    surgery: (surgeon) => surgeon.attach(Buffer.alloc(32 * 1024 * 1024 + 1, " "), surgeon.root),
    failing: ["attached"],
  },
  {
    what: "a bundle of JSON a thousand levels deep",
    surgery: (surgeon) => surgeon.attach(Buffer.from("[".repeat(1000) + "]".repeat(1000)), surgeon.root),
    failing: ["attached"],
  },
  {
    what: "a bundle that is no JSON",
    surgery: (surgeon) => surgeon.attach(Buffer.from("PK"), surgeon.root),
    failing: ["attached"],
  },
  { what: "an empty bundle", surgery: (surgeon) => surgeon.attach(Buffer.alloc(0), surgeon.root), failing: ["attached"] },
  {
    what: "a bundle of another type",
    surgery: (surgeon) => surgeon.attach(Buffer.from('{"mediaType":"text/html"}'), surgeon.root),
    failing: ["attached"],
  },
  {
    what: "a bundle with two signatures in one envelope",
    surgery: (surgeon) =>
      surgeon.attach(
        altered(surgeon, "cosign/sign", (bundle) => bundle["dsseEnvelope"].signatures.push({ sig: "AAAA" })),
        surgeon.root,
      ),
    failing: ["attached"],
  },
  {
    what: "a hundred bundles more",
    surgery: (surgeon) => {
      for (let number = 0; number < 101; number += 1) surgeon.attach(Buffer.from(`${number}`), surgeon.root);
    },
    failing: ["attached", "signature index", ...UNSIGNED.slice(1)],
  },
  {
    what: "the bytes of the manifest by which a bill of materials is attached",
    surgery: (surgeon) => surgeon.spoil(bundleOf(surgeon, "spdx")?.entry["digest"]),
    failing: ["attached", "attestation spdx"],
  },
  {
    what: "what stands at the tag of the older signatures: an index",
    surgery: (surgeon) => surgeon.tag(surgeon.root, `sha256-${surgeon.root.slice(7)}.sig`),
    failing: ["attached"],
  },
  {
    what: "something signed by the key that is no statement",
    surgery: async (surgeon) => surgeon.attach(await bundleBy("PK"), surgeon.root),
    failing: ["signature index"],
  },
  {
    what: "a statement by the key of another type",
    surgery: async (surgeon) => surgeon.attach(await bundleBy('{"_type":"https://in-toto.io/Statement/v0.1"}'), surgeon.root),
    failing: ["signature index"],
  },
  {
    what: "a bill of materials by the key that is none",
    surgery: async (surgeon) => {
      surgeon.detach((statement) => statement["predicateType"] === "https://spdx.dev/Document");
      surgeon.attach(await statementBy(surgeon, "https://spdx.dev/Document", ["a list"]), surgeon.root);
    },
    failing: ["attestation spdx"],
  },
  {
    what: "provenance by the key of another form",
    surgery: async (surgeon) => {
      surgeon.detach((statement) => statement["predicateType"] === "https://slsa.dev/provenance/v1");
      surgeon.attach(await statementBy(surgeon, "https://slsa.dev/provenance/v1", { buildDefinition: 1 }), surgeon.root);
    },
    failing: ["attestation provenance"],
  },
  { what: "nothing, signed without a key", keyless: { layout: "keyless" }, surgery: () => undefined, failing: [] },
  {
    what: "nothing, but somebody else must have signed without a key",
    keyless: { layout: "keyless", who: "eve@example.com" },
    surgery: () => undefined,
    failing: [...UNSIGNED.slice(0, 1), ...each("signature"), ...UNSIGNED.slice(1)],
  },
  {
    what: "nothing, but another authority is believed",
    keyless: { layout: "keyless", root: "expired" },
    surgery: () => undefined,
    failing: [...UNSIGNED.slice(0, 1), ...each("signature"), ...UNSIGNED.slice(1)],
  },
  {
    what: "nothing, signed by a certificate that had expired",
    keyless: { layout: "expired" },
    surgery: () => undefined,
    failing: [...UNSIGNED.slice(0, 1), ...each("signature"), ...UNSIGNED.slice(1)],
  },
];

/** Who must have signed, as flags. */
function trustFlags({ key = "team", keyless }: Case): readonly string[] {
  if (keyless) {
    const { layout, root = layout, who = WHO } = keyless;
    const file = join(desk.folder, `${root}.json`);
    return ["--certificate-identity", who, "--certificate-oidc-issuer", ISSUER, "--trusted-root", file];
  }
  return key === "none" ? [] : ["--key", join(desk.folder, `${key === "other" ? "cosign" : key}.pub`)];
}

const failedChecks = (run: VoxRun): readonly (readonly [string, string])[] =>
  run.stdout.split("\n").flatMap((line) => {
    const match = /^FAILED (.*?): (.*) \(by the [a-z]+\)$/.exec(line);
    return match ? [[match[1] ?? "", match[2] ?? ""] as const] : [];
  });

const told = new Map<string, readonly (readonly [string, string])[]>();

describe("`vox verify` names the check that fails (`image-from-lock`) when somebody changed", () => {
  it.each(CASES.map((item) => [item.what, item] as const))("%s", async (_what, item) => {
    const { what, surgery, lock, failing, keyless } = item;
    const surgeon = new LayoutSurgeon(keyless ? join(desk.folder, keyless.layout) : image.dir);
    open.push(surgeon);
    await surgery(surgeon);
    const lockFile = join(surgeon.dir, "../vox.lock");
    const text = readFileSync(join(desk.folder, "app/vox.lock"), "utf8");
    writeFileSync(lockFile, lock?.(text) ?? text);
    const run = await vox(["verify", surgeon.dir, ...trustFlags(item), "--lock", lockFile, "--offline"]);
    const failed = failedChecks(run);
    expect([run.exitCode, failed.map(([id]) => id), run.stderr]).toEqual([failing.length === 0 ? 0 : 1, failing, ""]);
    told.set(what, failed);
  });

  it("as docs/src/reference/verify.md tells", async () => {
    const page = join(CHECKOUT, "docs/src/reference/verify.md");
    const [head = ""] = readFileSync(page, "utf8").split("| what was changed |");
    const scrubbed = (text: string): string =>
      text
        .replaceAll(/(sha256[:-])[0-9a-f]{64}/g, "$1…")
        .replaceAll(/`[0-9a-f]{12}`/g, "`…`")
        .replaceAll("|", "\\|");
    const rows = CASES.map(({ what }) => {
      const checks = (told.get(what) ?? []).map(([id, detail]) => `\`${id}\`: ${scrubbed(detail)}`);
      return `| ${what} | ${checks.length === 0 ? "none" : checks.join("<br>")} |`;
    });
    const table = ["| what was changed | failing checks, and what they tell |", "| --- | --- |", ...rows];
    await expect(`${head}${table.join("\n")}\n`).toMatchFileSnapshot(page);
  });
});
