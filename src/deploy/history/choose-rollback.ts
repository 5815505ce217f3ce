import { VoxError } from "../../errors/vox-error.ts";
import { currentDeployment, type Deployment } from "./chain.ts";

const DIGEST_PREFIX = /^(?:sha256:)?([0-9a-f]{12,64})$/;

/**
 * What to go back to: a deployment by its number or by its image's digest, else the last that succeeded before the one that should run.
 * @throws {VoxError} DEPLOYMENT_UNKNOWN
 */
export function chooseRollback(deployments: readonly Deployment[], environment: string, to: string | undefined): Deployment {
  const found = to === undefined ? before(deployments) : named(deployments, to);
  if (found?.result === "succeeded") return found;
  const what = to === undefined ? "no earlier deployment that succeeded" : `no deployment \`${to}\``;
  const why = found
    ? `deployment ${found.sequence} of \`${environment}\` did not succeed: it is ${found.result}`
    : `\`${environment}\` has ${what}`;
  throw new VoxError("DEPLOYMENT_UNKNOWN", why, {
    hint: `run \`vox deployments ${environment}\`, and name one with \`--to N\``,
  });
}

/** Going back to the same image with the same settings would change nothing. */
function before(deployments: readonly Deployment[]): Deployment | undefined {
  const current = currentDeployment(deployments);
  if (!current) return undefined;
  const older = deployments.filter(({ sequence, result }) => sequence < current.sequence && result === "succeeded");
  return older.find((deployment) => contentOf(deployment) !== contentOf(current));
}

const contentOf = ({ last: { record } }: Deployment): string => JSON.stringify([record.image.digest, record.desired]);

function named(deployments: readonly Deployment[], to: string): Deployment | undefined {
  if (/^\d{1,9}$/.test(to)) return deployments.find(({ sequence }) => sequence === Number(to));
  const [, hex] = DIGEST_PREFIX.exec(to) ?? [];
  if (hex === undefined) return undefined;
  const matching = deployments.filter(({ last }) => last.record.image.digest.startsWith(`sha256:${hex}`));
  return matching.find(({ result }) => result === "succeeded") ?? matching[0];
}
