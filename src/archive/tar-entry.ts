import { type ByteStream, streamOf } from "../core/byte-stream.ts";

/** Who owns a member; root unless said. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const ROOT: Owner = { uid: 0, gid: 0 };

/** What a header says of a member. A directory's path ends in `/`; no path begins with one. */
export type TarMember =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly executable: boolean;
      readonly sizeBytes: number;
      readonly owner: Owner;
    }
  /** Of mode 0755 unless said. */
  | { readonly kind: "directory"; readonly path: string; readonly owner: Owner; readonly mode?: number }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string; readonly owner: Owner };

/** A file to be archived: its path under the archive's root, and a way to read it once. */
export interface ContentFile {
  readonly kind: "file";
  readonly path: string;
  readonly executable: boolean;
  readonly sizeBytes: number;
  open(): ByteStream;
}

export interface ContentLink {
  readonly kind: "symlink";
  readonly path: string;
  readonly target: string;
}

/** A member with a way to its content. */
export type TarEntry = TarMember & ({ readonly kind: "file"; open(): ByteStream } | { readonly kind: "directory" | "symlink" });

/** A file whose bytes are in memory. */
export const fileOfBytes = (path: string, bytes: Uint8Array, options: { readonly executable?: boolean } = {}): ContentFile => ({
  kind: "file",
  path,
  executable: options.executable ?? false,
  sizeBytes: bytes.byteLength,
  open: () => streamOf(bytes),
});

export const directoryEntry = (path: string, owner: Owner = ROOT): TarEntry => ({ kind: "directory", path, owner });

/** A directory as the image below has it. */
export interface FolderFacts {
  /** From the image's root; ends in `/`. */
  readonly path: string;
  readonly mode: number;
  readonly owner: Owner;
}

export const folderEntry = ({ path, mode, owner }: FolderFacts): TarEntry => ({ kind: "directory", path, owner, mode });

export const linkEntry = (path: string, target: string): TarEntry => ({ kind: "symlink", path, target, owner: ROOT });

export const fileEntry = (path: string, file: ContentFile): TarEntry => ({
  kind: "file",
  path,
  executable: file.executable,
  sizeBytes: file.sizeBytes,
  owner: ROOT,
  open: () => file.open(),
});
