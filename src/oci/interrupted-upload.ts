import { VoxError } from "../errors/vox-error.ts";

/** A push that failed for a passing reason after its stream was used up: whoever can open the stream again may push again. */
export class InterruptedUpload extends VoxError {
  constructor(failure: VoxError) {
    super(failure.code, failure.message, { cause: failure.cause });
  }
}
