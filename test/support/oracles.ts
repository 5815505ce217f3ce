import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { tellLeftOut } from "./left-out.ts";

const FOLDER = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "vox-oracles");

/**
 * The path of a program that `scripts/oracles` builds; undefined after telling that it is not there. It takes Go and its module
 * proxy to make one, so that a missing one is left out even where services are required.
 */
export function findOracle(
  name: "oras" | "referrers-registry" | "cosign" | "crane" | "docker-compose" | "docker-compose-5",
): string | undefined {
  const path = join(FOLDER, name);
  if (existsSync(path)) return path;
  return tellLeftOut(name, "run `scripts/oracles install`");
}

export interface OracleRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string;
  close(): void;
}

/** go-containerregistry's registry, with the referrers API, in memory. */
export async function startOracleRegistry(program: string): Promise<OracleRegistry> {
  const child = spawn(program, { stdio: ["ignore", "pipe", "ignore"] });
  const host = await firstLine(child);
  return { host, close: () => void child.kill() };
}

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the registry ended with exit code ${code}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (text.includes("\n")) resolve(text.trim());
    });
  });
