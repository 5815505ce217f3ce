import { applicationEntries } from "../../archive/application-entries.ts";
import { writeCanonicalTar } from "../../archive/canonical-tar.ts";
import {
  type ContentFile,
  type ContentLink,
  directoryEntry,
  fileEntry,
  fileOfBytes,
  type TarEntry,
} from "../../archive/tar-entry.ts";
import { inArchiveOrder, withParents } from "../../archive/tar-tree.ts";
import type { ByteStream } from "../../core/byte-stream.ts";
import type { Digest } from "../../core/digest.ts";
import type { ContentReader, TransferOptions } from "../../oci/content-store.ts";
import type { ApplicationFile } from "../../project/materialized-project.ts";
import type { PlannedApplication } from "../plan/image-plan.ts";
import type { WorkdirPlace } from "../plan/workdir-place.ts";
import { CA_BUNDLE_PATH, type SystemFile } from "../plan/system-files.ts";

/** The application layer's tar (contracts, §7 "Application layer"). */
export function applicationTar(
  application: PlannedApplication & WorkdirPlace,
  reader: ContentReader,
  options: TransferOptions,
): ByteStream {
  const { workdir, above, writable, owner } = application;
  const contentOf = (file: ApplicationFile) => applicationContent(file, reader, options);
  return writeCanonicalTar(applicationEntries(application.files, { workdir, above, writable, owner }, contentOf));
}

function applicationContent(file: ApplicationFile, reader: ContentReader, options: TransferOptions): ContentFile | ContentLink {
  if (file.kind === "symlink") return file;
  const { path, digest, size, mode } = file;
  return {
    kind: "file",
    path,
    executable: mode === 0o755,
    sizeBytes: size,
    open: () => fetchFile(reader, digest, size, options),
  };
}

/** The tar of what stands below the packages. A base keeps its own folders; on scratch there are none to keep. */
export function systemTar(files: readonly SystemFile[], reader: ContentReader, options: TransferOptions): ByteStream {
  const onlyCa = files.every((file) => file.path === CA_BUNDLE_PATH);
  const above = onlyCa ? CA_BUNDLE_PATH.slice(0, CA_BUNDLE_PATH.lastIndexOf("/") + 1) : "";
  const entries = files.map((file) => systemEntry(file, reader, options));
  return writeCanonicalTar(inArchiveOrder(withParents(entries, { above })));
}

function systemEntry(file: SystemFile, reader: ContentReader, options: TransferOptions): TarEntry {
  switch (file.kind) {
    case "directory":
      return directoryEntry(`${file.path}/`, file.owner);
    case "text":
      return fileEntry(file.path, fileOfBytes(file.path, Buffer.from(file.text)));
    case "file": {
      const { path, digest, size } = file;
      return fileEntry(path, {
        kind: "file",
        path,
        executable: false,
        sizeBytes: size,
        open: () => fetchFile(reader, digest, size, options),
      });
    }
  }
}

const fetchFile = (reader: ContentReader, digest: Digest, size: number, options: TransferOptions): ByteStream =>
  reader.fetch({ mediaType: "application/octet-stream", digest, size }, options);
