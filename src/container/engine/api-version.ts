import { VoxError } from "../../errors/vox-error.ts";

/** The newest version that this code was written for. */
const NEWEST = "1.44";

/** The oldest with all that vox asks for: Docker 19.03. */
const OLDEST = "1.40";

/**
 * The version to speak: the newest that both sides know (Engine API, "Versioning").
 * @throws {VoxError} ENGINE_UNAVAILABLE when there is none
 */
export function negotiateApiVersion(engine: { readonly newest: string; readonly oldest?: string | undefined }): string {
  if (engine.oldest !== undefined && compareVersions(engine.oldest, NEWEST) > 0) {
    throw new VoxError("ENGINE_UNAVAILABLE", `the engine speaks API ${engine.oldest} and newer, vox ${NEWEST} and older`, {
      hint: "install a newer vox",
    });
  }
  if (compareVersions(engine.newest, OLDEST) < 0) {
    throw new VoxError("ENGINE_UNAVAILABLE", `the engine speaks API ${engine.newest} and older, vox ${OLDEST} and newer`, {
      hint: "install Docker 19.03 or newer, or Podman 3 or newer",
    });
  }
  return compareVersions(engine.newest, NEWEST) < 0 ? engine.newest : NEWEST;
}

/** The first with a BuildKit that is no experiment. */
const FIRST_BUILDKIT = "1.39";

/** Whether Docker builds through BuildKit: where it has it, unless `DOCKER_BUILDKIT=0` says otherwise, as for Docker's own client. */
export const buildsWithBuildkit = (apiVersion: string, wish: string | undefined): boolean =>
  compareVersions(apiVersion, FIRST_BUILDKIT) >= 0 && !/^(?:0|f|false)$/i.test(wish ?? "");

function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split(".").map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split(".").map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
