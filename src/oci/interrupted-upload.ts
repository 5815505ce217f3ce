import { VoxError } from "../errors/vox-error.ts";
import type { UploadSession } from "./upload-session.ts";

export interface Interruption {
  /** Where the upload can go on; without one it begins anew. */
  readonly session?: UploadSession;
  /** Whether the registry holds noticeably more than when this push began. */
  readonly progressed?: boolean;
}

/** A push that failed for a passing reason after its stream was used up: whoever can open the stream again may push again. */
export class InterruptedUpload extends VoxError {
  readonly session: UploadSession | undefined;
  readonly progressed: boolean;

  constructor(failure: VoxError, { session, progressed = false }: Interruption = {}) {
    super(failure.code, failure.message, { cause: failure.cause });
    this.session = session;
    this.progressed = progressed;
  }
}
