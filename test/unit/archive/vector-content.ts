import { type ByteStream, collectBytes } from "../../../src/core/byte-stream.ts";
import { parsePackageName } from "../../../src/core/package-name.ts";
import { applicationEntries } from "../../../src/archive/application-entries.ts";
import { bucketEntries, packageEntries } from "../../../src/archive/package-entries.ts";
import { type ContentFile, type ContentLink, fileOfBytes, type Owner, type TarEntry } from "../../../src/archive/tar-entry.ts";

/** How a vector writes bytes; see contracts/vectors/README.md. */
export type VectorBytes =
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly repeat: { readonly text: string; readonly times: number } };

interface VectorFile {
  readonly path: string;
  readonly executable?: boolean;
  readonly content: VectorBytes;
}

interface VectorLink {
  readonly path: string;
  readonly target: string;
}

interface VectorPackage {
  readonly name: string;
  readonly files: readonly VectorFile[];
}

export type LayerVector = {
  readonly title: string;
  readonly tar: { readonly size: number; readonly diffId: string };
  readonly gzip: { readonly size: number; readonly digest: string };
} & (
  | ({ readonly kind: "package" } & VectorPackage)
  | { readonly kind: "bucket"; readonly packages: readonly VectorPackage[] }
  | {
      readonly kind: "application";
      readonly workdir: string;
      readonly writable: readonly string[];
      readonly owner: Owner;
      readonly files: readonly (VectorFile | VectorLink)[];
    }
);

export function bytesOf(content: VectorBytes): Uint8Array {
  if ("text" in content) return Buffer.from(content.text);
  if ("base64" in content) return Buffer.from(content.base64, "base64");
  return Buffer.from(content.repeat.text.repeat(content.repeat.times));
}

const fileOf = (file: VectorFile): ContentFile =>
  fileOfBytes(file.path, bytesOf(file.content), { executable: file.executable ?? false });

const fileOrLink = (file: VectorFile | VectorLink): ContentFile | ContentLink =>
  "target" in file ? { kind: "symlink", ...file } : fileOf(file);

export function entriesOf(vector: LayerVector): readonly TarEntry[] {
  switch (vector.kind) {
    case "package":
      return packageEntries(parsePackageName(vector.name), vector.files.map(fileOf));
    case "bucket":
      return bucketEntries(
        vector.packages.map(({ name, files }) => ({ name: parsePackageName(name), files: files.map(fileOf) })),
      );
    case "application":
      return [...applicationEntries(vector.files.map(fileOrLink), vector, (file) => file)];
  }
}

export const collect = (stream: ByteStream): Promise<Uint8Array> =>
  collectBytes(stream, { maxBytes: 2 ** 31, what: "a test's stream" });

/** The same bytes in chunks of this size. */
export async function* inChunks(bytes: Uint8Array, chunkBytes: number): ByteStream {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}
