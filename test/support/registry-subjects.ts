import { join } from "node:path";
import type { Repository } from "../../src/oci/content-store.ts";
import { FsLayoutStore } from "../../src/oci/fs-layout-store.ts";
import { RemoteStore } from "../../src/oci/remote-store.ts";
import { hasDockerRegistry, startDockerRegistry } from "./docker-registry.ts";
import { startLoopbackRegistry } from "./loopback-registry.ts";
import { clientOf } from "./remote-subject.ts";
import type { Desk } from "./vox-cli.ts";

/** A registry of packages that commands are tried against, whatever kind it is. */
export interface RegistrySubject extends AsyncDisposable {
  /** As `index` of a registry says it. */
  readonly index: string;
  open(name: string): Repository;
}

const overHost = (host: string, close: () => Promise<void>): RegistrySubject => {
  const client = clientOf(host);
  return {
    index: `oci://${host}/vox`,
    open: (name) => new RemoteStore(client, `vox/${name}`, { access: "push" }),
    [Symbol.asyncDispose]: close,
  };
};

/** A folder, a loopback registry with a catalog of short pages, and the distribution's own registry where it is installed. */
export const REGISTRY_SUBJECTS: readonly (readonly [string, (desk: Desk) => Promise<RegistrySubject>])[] = [
  [
    "a folder",
    async (desk) => {
      const dir = join(desk.folder, "registry");
      return {
        index: `file:${dir}`,
        open: (name) => new FsLayoutStore(join(dir, name)),
        [Symbol.asyncDispose]: async () => {},
      };
    },
  ],
  [
    "an OCI registry",
    async () => {
      const registry = await startLoopbackRegistry({ catalogPageSize: 2 });
      return overHost(registry.host, registry.close);
    },
  ],
  ...(hasDockerRegistry()
    ? ([
        [
          "the distribution's own registry",
          async () => {
            const registry = await startDockerRegistry();
            return overHost(registry.host, registry.close);
          },
        ],
      ] as const)
    : []),
];
