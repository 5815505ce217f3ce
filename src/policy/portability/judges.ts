import type { ImageInvariantId, ProjectInvariantId } from "./invariant.ts";
import type { ImageJudge, ProjectJudge } from "./judge.ts";
import { imageSigned, provenanceAttached, sbomAttached, willBeSigned } from "./judges/attached.ts";
import { baseLocked, baseOfImage, platformsComplete, platformsOfImage, userNotRoot, userOfImage } from "./judges/container.ts";
import { imageFromLock, rebuildSame } from "./judges/image.ts";
import { licencesAllowed } from "./judges/licences.ts";
import { lockFresh, lockFrozen } from "./judges/lock.ts";
import { metadataComplete, metadataOfImage } from "./judges/metadata.ts";
import { noShellSteps } from "./judges/shell-steps.ts";
import { noSecrets, noSecretsInImage } from "./judges/secrets.ts";
import { gitPinned, packagesNotYanked, pathsInside } from "./judges/sources.ts";
import { filesTracked, treeClean } from "./judges/tree.ts";

/** Who judges what the policy has judged on a project; the policy's file decides which there are. */
export const PROJECT_JUDGES: Readonly<Record<ProjectInvariantId, ProjectJudge>> = {
  "lock-fresh": lockFresh,
  "lock-frozen": lockFrozen,
  "paths-inside": pathsInside,
  "git-pinned": gitPinned,
  "packages-not-yanked": packagesNotYanked,
  "licences-allowed": licencesAllowed,
  "tree-clean": treeClean,
  "files-tracked": filesTracked,
  "base-locked": baseLocked,
  "platforms-complete": platformsComplete,
  "metadata-complete": metadataComplete,
  "user-not-root": userNotRoot,
  "no-shell-steps": noShellSteps,
  "no-secrets": noSecrets,
  "image-signed": willBeSigned,
};

/** The same for an image. */
export const IMAGE_JUDGES: Readonly<Record<ImageInvariantId, ImageJudge>> = {
  "base-locked": baseOfImage,
  "platforms-complete": platformsOfImage,
  "metadata-complete": metadataOfImage,
  "user-not-root": userOfImage,
  "no-secrets": noSecretsInImage,
  "rebuild-same": rebuildSame,
  "image-from-lock": imageFromLock,
  "sbom-attached": sbomAttached,
  "provenance-attached": provenanceAttached,
  "image-signed": imageSigned,
};
