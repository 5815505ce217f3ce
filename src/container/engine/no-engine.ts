import { VoxError } from "../../errors/vox-error.ts";
import type { EngineChoice } from "../../project/deploy-intent.ts";
import type { EnginePlaces } from "./endpoints.ts";
import { parseSshAddress } from "./ssh-dial.ts";

/** A place where no engine of the wanted kind answered. */
export interface TriedPlace {
  readonly url: string;
  /** The connection's error code or message: `ENOENT`; or `is podman`. */
  readonly reason: string;
}

/** No engine: what was tried, and the one act that most likely helps. */
export function noEngine(places: EnginePlaces, tried: readonly TriedPlace[]): VoxError {
  const { choice } = places;
  const what = choice === "auto" ? "container engine" : choice;
  const list = tried.map(({ url, reason }) => `\`${url}\` (${reason})`).join(", ");
  return new VoxError("ENGINE_UNAVAILABLE", `no ${what} answers: tried ${list}`, { hint: remedy(places, tried) });
}

function remedy({ choice, environment, context }: EnginePlaces, tried: readonly TriedPlace[]): string {
  const other = tried.map(({ reason }) => /^is (docker|podman)$/.exec(reason)?.[1]).find((kind) => kind !== undefined);
  if (other !== undefined) return `set \`runtime = "${other}"\` in [deploy], or start ${choice}`;
  const dialled = tried.map(({ url }) => url).find((url) => url.startsWith("ssh://"));
  if (dialled !== undefined) {
    const { host, user, port } = parseSshAddress(dialled, "the engine's address");
    const there = `${user === "" ? "" : `${user}@`}${host}`;
    return `run \`ssh${port === "" ? "" : ` -p ${port}`} ${there} ${choice === "podman" ? "podman" : "docker"} version\`, and see that it answers without a question`;
  }
  const denied = tried.find(({ reason }) => reason === "EACCES" || reason === "EPERM");
  if (denied) return `run \`sudo usermod -aG docker $USER\` and log in again, so that \`${denied.url}\` may be opened`;
  if (choice === "podman") return environment.CONTAINER_HOST ? "correct CONTAINER_HOST, or unset it" : START.podman;
  if (environment.DOCKER_HOST) return "start the engine there, correct DOCKER_HOST, or unset it";
  if (context) return `start the engine of the context \`${context.name}\`, or run \`docker context use default\``;
  return START[choice];
}

const START: Readonly<Record<EngineChoice, string>> = {
  docker: "start it with `sudo systemctl start docker`, or set DOCKER_HOST",
  podman: "start it with `systemctl --user start podman.socket`, or set CONTAINER_HOST",
  auto: "start one with `sudo systemctl start docker` or `systemctl --user start podman.socket`, or set DOCKER_HOST",
};
