import { parsePackageName } from "../../src/core/package-name.ts";
import { RemoteStore } from "../../src/oci/remote-store.ts";
import { INDEX_REPOSITORY } from "../../src/pm/registry/index/index-artifact.ts";
import { indexEntryOf } from "../../src/pm/registry/index/index-entry.ts";
import { replaceIndex } from "../../src/pm/registry/index/update-index.ts";
import { PackageRegistry } from "../../src/pm/registry/package-registry.ts";
import { clientOf } from "./remote-subject.ts";

/** Gives a loopback registry an index of these packages, as `vox pm index` would. */
export async function rebuildIndexIn(host: string, prefix: string, names: readonly string[]): Promise<void> {
  const client = clientOf(host);
  const repositoryFor = (name: string): RemoteStore => new RemoteStore(client, `${prefix}/${name}`, { access: "push" });
  const source = new PackageRegistry({ name: "default", repositoryFor });
  const entries = [];
  for (const name of names.map(parsePackageName)) {
    for (const { version, yanked } of await source.versions(name)) {
      const release = await source.release(name, version);
      if (release) entries.push(indexEntryOf(release, yanked));
    }
  }
  await replaceIndex(repositoryFor(INDEX_REPOSITORY), entries);
}
