/** Whether an engine's words are about its full disk. */
export const isNoSpace = (reason: string): boolean => /no space left on device|disk quota exceeded/i.test(reason);

/** The hint for it. */
export const MAKE_ROOM = { hint: "run `docker system prune` (with Podman `podman system prune`), then the command again" };
