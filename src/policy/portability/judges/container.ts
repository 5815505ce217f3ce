import { named } from "../../../core/named.ts";
import { allOf, checksNamed } from "../checks.ts";
import type { ImageJudge, ProjectJudge } from "../judge.ts";
import { placeOf } from "../place.ts";
import { broken, held, type Place, type Verdict } from "../verdict.ts";

const PLATFORMS = ["linux/amd64", "linux/arm64"] as const;

/** Reports `base-locked`. */
export const baseLocked: ProjectJudge = ({ container, lock }) => {
  if (!container || lock.state !== "fresh") return undefined;
  const { baseImage, baseDigest } = container;
  if (baseImage === "scratch") return held("there is no base");
  if (baseDigest !== undefined) return held(`\`${baseImage}\` is \`${baseDigest}\``);
  return broken(`\`${baseImage}\` is not in \`vox.lock\``, { place: { file: "vox.lock" }, hint: "run `vox lock`" });
};

/** Reports `base-locked`, of an image: its lowest layers are those of the lock's base. */
export const baseOfImage: ImageJudge = (facts) => allOf(checksNamed(facts, "base"));

/** Enforces `platforms-complete`. */
export const platformsComplete: ProjectJudge = (facts) =>
  facts.container && platformsHeld(facts.container.platforms, placeOf(facts, "platforms"));

export const platformsOfImage: ImageJudge = ({ platforms }) => platformsHeld(platforms.map(({ platform }) => platform));

function platformsHeld(platforms: readonly string[], place?: Place): Verdict {
  const missing = PLATFORMS.filter((platform) => !platforms.includes(platform));
  if (missing.length === 0) return held(platforms.join(", "));
  return broken(`not for ${named(missing)}`, { ...(place && { place }), hint: "leave `platforms` of [deploy.container] out" });
}

/** Enforces `user-not-root`. */
export const userNotRoot: ProjectJudge = (facts) => facts.container && userHeld([facts.container.user], placeOf(facts, "user"));

export const userOfImage: ImageJudge = ({ platforms }) => userHeld(platforms.map(({ user }) => user));

function userHeld(users: readonly string[], place?: Place): Verdict {
  if (!users.some(isRoot)) return held([...new Set(users)].map((user) => `\`${user}\``).join(", "));
  return broken("the application runs as root", {
    ...(place && { place }),
    hint: "leave `user` of [deploy.container] out, or name a user that is not root",
  });
}

const isRoot = (user: string): boolean => ["", "0", "root"].includes(user.split(":")[0] ?? "");
