import { allOf, checksNamed } from "../checks.ts";
import type { ImageJudge } from "../judge.ts";

/** Reports `image-from-lock`. */
export const imageFromLock: ImageJudge = (facts) => allOf(checksNamed(facts, "image", "lock", "dependencies", "contents"));

/** Reports `rebuild-same`. */
export const rebuildSame: ImageJudge = (facts) => allOf(checksNamed(facts, "rebuild"));
