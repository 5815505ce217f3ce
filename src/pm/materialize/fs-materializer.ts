import { VoxError } from "../../errors/vox-error.ts";
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
  readonly #modules: FsProjectModules;
  readonly #ports: BlobProofPorts;

  constructor(options: FsMaterializerOptions) {
    this.#ports = options;
    this.#closures = new FsClosureStore(options.cacheDir, options);
    this.#modules = new FsProjectModules(this.#closures, new FsProjectLinks(options.cacheDir));
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
      throw asWriteFailure(error);
    }
  }

  async materialize(request: MaterializeRequest): Promise<MaterializeResult> {
    try {
      const closure = await this.#closures.ensure(request);
      await proveBlobs(closure.dir, request, this.#ports);
      return this.#link(closure, request);
    } catch (error) {
      throw asWriteFailure(error);
    }
  }

  #link(closure: HeldClosure, request: LinkRequest & LinkWish): MaterializeResult {
    const linked = this.#modules.link(closure, request);
    const packages = request.packages.length;
    return { closure: closure.key, packages, linked: linked ? packages : 0, verified: packages, repaired: closure.repaired };
  }
}

const asWriteFailure = (error: unknown): unknown =>
  isDiskError(error) ? new VoxError("CANNOT_WRITE", `\`${refusedPath(error)}\` cannot be written`, { cause: error }) : error;

/** Of a link that cannot be made, `path` is only what it would have led to. */
const refusedPath = (error: Error & { readonly path: string }): string =>
  "dest" in error && typeof error.dest === "string" ? error.dest : error.path;

const DISK_CODES: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC", "EDQUOT", "ENOTDIR", "EMLINK", "EIO"]);

const isDiskError = (error: unknown): error is Error & { readonly path: string } =>
  error instanceof Error &&
  "code" in error &&
  typeof error.code === "string" &&
  DISK_CODES.has(error.code) &&
  "path" in error &&
  typeof error.path === "string";
