import type { ProjectJudge } from "../judge.ts";
import { broken, held } from "../verdict.ts";

const LOCK = { file: "vox.lock" };

/** Reports `lock-fresh`. */
export const lockFresh: ProjectJudge = ({ lock }) =>
  lock.state === "fresh"
    ? held("`vox.lock` says what the manifests ask")
    : broken(lock.why, {
        place: LOCK,
        hint: lock.state === "unreadable" ? "restore it, or remove it and run `vox lock`" : "run `vox lock`",
      });

/** Reports `lock-frozen`. */
export const lockFrozen: ProjectJudge = ({ mode }) =>
  mode === "frozen"
    ? held("registries are asked for blobs by digest alone")
    : broken(`the lock is held as \`${mode}\``, { hint: "add `--frozen`, or set VOX_FROZEN" });
