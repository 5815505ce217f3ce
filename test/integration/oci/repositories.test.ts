import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { FsLayoutStore } from "../../../src/oci/fs-layout-store.ts";
import { RemoteStore } from "../../../src/oci/remote-store.ts";
import { describeRepositoryContract } from "../../support/content-store-contract.ts";
import { type LoopbackRegistry, startLoopbackRegistry } from "../../support/loopback-registry.ts";
import { clientOf } from "../../support/remote-subject.ts";

let folder: string;
let plain: LoopbackRegistry;
let guarded: LoopbackRegistry;
let listing: LoopbackRegistry;
let claiming: LoopbackRegistry;
let opened = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "vox-oci-"));
  plain = await startLoopbackRegistry({ tagPageSize: 2 });
  guarded = await startLoopbackRegistry({ auth: { kind: "bearer" }, location: "absolute" });
  listing = await startLoopbackRegistry({ referrers: true, referrersPageSize: 1 });
  claiming = await startLoopbackRegistry({ referrers: "claimed" });
});

afterAll(async () => {
  await Promise.all([plain, guarded, listing, claiming].map((registry) => registry.close()));
  await rm(folder, { recursive: true });
});

const nextName = (): string => `repository-${(opened += 1)}`;

describeRepositoryContract("an image layout on disk", { open: async () => new FsLayoutStore(join(folder, nextName())) });
describeRepositoryContract("a remote repository", {
  open: async () => new RemoteStore(clientOf(plain.host), `acme/${nextName()}`),
});
describeRepositoryContract("a remote repository that wants tokens", {
  open: async () => new RemoteStore(clientOf(guarded.host), `acme/${nextName()}`, { access: "push" }),
});
describeRepositoryContract("a remote repository with the referrers API", {
  open: async () => new RemoteStore(clientOf(listing.host), `acme/${nextName()}`),
});
describeRepositoryContract("a remote repository that claims to have listed referrers and has no list", {
  open: async () => new RemoteStore(clientOf(claiming.host), `acme/${nextName()}`),
});
