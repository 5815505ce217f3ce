import { z } from "zod";
import { deployTarget } from "./vox-toml-targets.ts";
import { platform } from "./value-schemas.ts";

const milliseconds = z.int().min(0);
const timing = {
  intervalMs: milliseconds.exactOptional(),
  timeoutMs: milliseconds.exactOptional(),
  startPeriodMs: milliseconds.exactOptional(),
  retries: z.int().min(0).exactOptional(),
};

const port = z.int().min(1).max(65535);
const texts = z.array(z.string());
const textTable = z.record(z.string(), z.string());

const healthcheck = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("command"), command: texts, ...timing }),
  z.strictObject({ kind: z.literal("http"), path: z.string().regex(/^\//), port, ...timing }),
]);

export const containerIntent = z.strictObject({
  imageName: z.string().min(1),
  registry: z.string().exactOptional(),
  baseImage: z.string().min(1),
  builder: z.enum(["auto", "native", "engine"]),
  platforms: z.array(platform).min(1),
  layers: z.enum(["shared", "per-package"]),
  workdir: z.string().regex(/^\//),
  entrypoint: texts.exactOptional(),
  cmd: texts.exactOptional(),
  user: z.string(),
  writable: texts,
  env: textTable,
  ports: z.array(port).exactOptional(),
  publish: texts.exactOptional(),
  volumes: texts.exactOptional(),
  labels: textTable,
  stopSignal: z.string().exactOptional(),
  caCertificates: z.string(),
  healthcheck: healthcheck.exactOptional(),
  secrets: texts.describe("Names, never values"),
  packages: texts,
  run: texts,
  compression: z.enum(["gzip", "zstd", "none"]),
  dockerfile: z.string(),
  buildArgs: textTable,
});

/** The deploy intent for one environment, as the handoff carries it (contracts, §2 and §6). */
export const deployIntentSchema = z.strictObject({
  environment: z.string().min(1),
  target: deployTarget,
  runtime: z.enum(["auto", "docker", "podman"]),
  container: containerIntent,
});
