import { VoxError } from "../../errors/vox-error.ts";
import { isSystemError, writeHint } from "../../oci/fs-errors.ts";
import type { ArchivedPackage } from "./closure.ts";
import { type ClosureStorePorts, FsClosureStore, type HeldClosure } from "./fs-closure-store.ts";
import { FsProjectLinks } from "./fs-project-links.ts";
import { FsProjectModules, type LinkRequest } from "./fs-project-modules.ts";
import { blobsUntouched, type BlobProofPorts, proveBlobs } from "./fs-blob-proof.ts";
import type { LinkWish, Materializer, MaterializeRequest, MaterializeResult } from "./materializer.ts";

export interface FsMaterializerOptions extends ClosureStorePorts, BlobProofPorts {
  readonly cacheDir: string;
}

/** Closures below the cache, projects linked to them (contracts, §3 "Materialization"). */
export class FsMaterializer implements Materializer {
  readonly #closures: FsClosureStore;
  readonly #links: FsProjectLinks;
  readonly #modules: FsProjectModules;
  readonly #ports: BlobProofPorts;
  readonly #cacheDir: string;

  constructor(options: FsMaterializerOptions) {
    this.#ports = options;
    this.#cacheDir = options.cacheDir;
    this.#closures = new FsClosureStore(options.cacheDir, options);
    this.#links = new FsProjectLinks(options.cacheDir);
    this.#modules = new FsProjectModules(this.#closures, this.#links);
  }

  holds(packages: readonly ArchivedPackage[]): boolean {
    return this.#closures.holds(packages);
  }

  linkUntouched(request: LinkWish): MaterializeResult | undefined {
    try {
      const closure = this.#closures.untouched(request.packages);
      if (!closure || !blobsUntouched(closure.dir, request.packages, this.#ports)) return undefined;
      return this.#link(closure, { ...request, verify: "quick" });
    } catch (error) {
      throw asWriteFailure(error, this.#cacheDir);
    }
  }

  async materialize(request: MaterializeRequest): Promise<MaterializeResult> {
    try {
      const previous = this.#links.read(request.projectDir)?.closure;
      const closure = await this.#closures.ensure({ ...request, ...(previous !== undefined && { previous }) });
      await proveBlobs(closure.dir, request, this.#ports);
      return this.#link(closure, request);
    } catch (error) {
      throw asWriteFailure(error, this.#cacheDir);
    }
  }

  #link(closure: HeldClosure, request: LinkRequest & LinkWish): MaterializeResult {
    const linked = this.#modules.link(closure, request);
    const packages = request.packages.length;
    return { closure: closure.key, packages, linked: linked ? packages : 0, verified: packages, repaired: closure.repaired };
  }
}

function asWriteFailure(error: unknown, cacheDir: string): unknown {
  if (!isSystemError(error, ...DISK_CODES)) return error;
  const hint = writeHint(error);
  return new VoxError("CANNOT_WRITE", `\`${refusedPath(error) ?? cacheDir}\` cannot be written`, {
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}

/** Of a link that cannot be made, `path` is only what it would have led to; what is written to an open file names none. */
function refusedPath(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("dest" in error && typeof error.dest === "string") return error.dest;
  return "path" in error && typeof error.path === "string" ? error.path : undefined;
}

const DISK_CODES = ["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EMLINK", "EIO"] as const;
