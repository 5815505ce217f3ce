import { type CatalogueEntry, entry, EXIT } from "./catalogue-entry.ts";

/** What content and archives can be wrong in. Part of the catalogue. */
export const CONTENT_CODES = {
  // Content
  DIGEST_INVALID: entry(EXIT.data, "A digest is not sha256 and 64 hex digits.", "write `sha256:` and 64 hexadecimal digits"),
  CONTENT_MISMATCH: entry(
    EXIT.data,
    "Content is not what its digest or size says.",
    "run the command again; if it stays, what serves the content is broken or changed it",
  ),
  CONTENT_TOO_LARGE: entry(
    EXIT.data,
    "Content is larger than what may stand there.",
    "look at what is served there: vox reads no more of it",
  ),
  CONTENT_MISSING: entry(
    EXIT.unavailable,
    "Content that is named by digest is nowhere to be had.",
    "run the command again where the registry can be reached, or publish the content anew",
  ),
  CACHE_CORRUPT: entry(
    EXIT.data,
    "A cached blob or an unpacked file was changed after it was verified.",
    "run `vox sync`, which fetches it anew",
  ),
  OCI_INVALID: entry(
    EXIT.data,
    "A manifest, index, config or layout breaks the OCI specification.",
    "make it anew with the tool that wrote it, or name another image",
  ),
  REFERENCE_INVALID: entry(
    EXIT.usage,
    "An image reference cannot be parsed.",
    "write `HOST/NAME:TAG` or `HOST/NAME@sha256:DIGEST`",
  ),

  // Archive
  ARCHIVE_INVALID: entry(
    EXIT.data,
    "A package archive is not the canonical archive of its content.",
    "publish the package with `vox pm publish`, which makes canonical archives",
  ),
  ARCHIVE_PATH: entry(
    EXIT.data,
    "A path is one that a package archive or an image may not hold.",
    "rename the file, or name it in `exclude` of [package]",
  ),
  ARCHIVE_TOO_LARGE: entry(
    EXIT.data,
    "A package archive unpacks to more than the limit.",
    "split the package, or leave files out with `exclude` of [package]",
  ),
  ARCHIVE_METADATA_MISMATCH: entry(
    EXIT.data,
    "A package's published metadata differs from its own Vox.toml.",
    "publish the package anew with `vox pm publish`, and do not use this one",
  ),
  COMPRESSOR_DIFFERS: entry(
    EXIT.config,
    "This Node's zlib gives other bytes than official Node.",
    'use an official build of Node, or set `compression = "none"`',
  ),
  COMPRESSION_UNSUPPORTED: entry(
    EXIT.config,
    "This Node cannot compress in the way that is asked for.",
    'run vox on Node 22.15 or newer, or set `compression = "gzip"`',
  ),
  PLATFORM_UNDECLARED: entry(EXIT.data, "A platform-neutral package holds machine code.", "declare `platforms` in [package]"),
  FILE_KIND: entry(
    EXIT.data,
    "A file is neither a regular file, a directory nor an allowed link.",
    "replace it by a file, or name it in `exclude` of [package] or in `.voxignore`",
  ),
  FILE_CHANGED: entry(
    EXIT.tryAgain,
    "A file changed while it was read.",
    "run the command again when nothing writes to the project",
  ),
  FILE_UNREADABLE: entry(
    EXIT.data,
    "A file of the project cannot be read.",
    "give yourself the right to read it, or name it in `.voxignore`",
  ),
} as const satisfies Record<string, CatalogueEntry>;
