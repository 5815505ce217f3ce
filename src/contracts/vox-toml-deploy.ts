import * as z from "zod";
import { field, type FieldMeta, fieldsOf } from "./deploy-field.ts";
import {
  bareMetalSchema,
  composeSchema,
  coolifySchema,
  deployTarget,
  flySchema,
  historySchema,
  kubernetesSchema,
  policySchema,
  publishedPort,
} from "./vox-toml-targets.ts";
import {
  durationWord,
  imagePathWord,
  innerPathWord,
  naturalNumber,
  nonEmptyText,
  optionalPathWord,
  platformWord,
  portNumber,
  variableNameWord,
} from "./vox-toml-words.ts";

const imageNameWord = z
  .string()
  .regex(/^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/, { error: "is not an image name" });

const imageRegistryWord = z
  .string()
  .regex(/^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/, {
    error: "is not a registry such as `ghcr.io/acme`, without a scheme, a tag or a slash at its end",
  });

const workdirWord = imagePathWord
  .refine((path) => path !== "/", { error: "cannot be the root of the image" })
  .refine((path) => !/^\/opt(?:\/vox(?:\/.*)?)?$/.test(path), { error: "is where dependencies live: choose another folder" });

const userWord = z
  .string()
  .regex(/^(?:\d{1,10}|[A-Za-z_][A-Za-z0-9_.-]*\$?)(?::(?:\d{1,10}|[A-Za-z_][A-Za-z0-9_.-]*\$?))?$/, {
    error: "is not a user such as `65532:65532` or `node`",
  })
  .refine((text) => text.split(":").every((part) => !/^\d+$/.test(part) || Number(part) < 2 ** 32 - 1), {
    error: "has a number that no user can have",
  });

const healthcheckSchema = z
  .strictObject({
    command: z.array(nonEmptyText).min(1, { error: "is empty" }).meta({ description: "Argv run inside the container; baked into the image" }).optional(),
    http: z.string().regex(/^\/\S*$/, { error: "is not a path such as `/healthz`" }).meta({ description: "Path that is asked for over HTTP; never baked" }).optional(),
    port: portNumber.meta({ description: "Port of the HTTP check; the first of `ports` unless said" }).optional(),
    interval: durationWord.meta({ description: "Time between two checks" }).optional(),
    timeout: durationWord.meta({ description: "Time a check may take" }).optional(),
    retries: naturalNumber.meta({ description: "Failures in a row that mean unhealthy" }).optional(),
    start_period: durationWord.meta({ description: "Time in which failures do not count" }).optional(),
  })
  .refine((check) => (check.command === undefined) !== (check.http === undefined), { error: "needs either `command` or `http`" })
  .refine((check) => check.port === undefined || check.http !== undefined, { error: "has a `port`, which only an `http` check uses" });

const textTable = z.record(nonEmptyText, z.string());
const image = { plane: "image" } as const;

export const containerSchema = z.strictObject({
  image_name: field(imageNameWord, "Name of the image; the package's name unless said"),
  registry: field(imageRegistryWord, "Registry and prefix that the image is pushed to; needed by deploy only"),
  base_image: field(z.string(), "Image to build upon: a reference, `scratch`, or `oci-layout:DIR:TAG`", image),
  builder: field(z.enum(["auto", "native", "engine"]), "Whether a container engine may build the lower part: auto and engine allow it, native forbids it"),
  platforms: field(z.array(platformWord).min(1, { error: "is empty" }), "Platforms of the image; linux/amd64 and linux/arm64 unless said", image),
  layers: field(z.enum(["shared", "per-package"]), "Whether small packages share layers", image),
  workdir: field(workdirWord, "Folder of the application in the image; /app unless said", image),
  entrypoint: field(z.array(z.string()), "Argv that always runs; absent inherits the base's, [] clears it", image),
  cmd: field(z.array(z.string()), "Argv, or arguments of the entrypoint; absent inherits the base's, [] clears it", image),
  user: field(userWord, "User that runs the application; 65532:65532 unless said", image),
  writable: field(z.array(innerPathWord), "Folders under workdir that belong to the user", image),
  env: field(z.record(variableNameWord, z.string()), "Environment variables baked into the image; never secrets", image),
  ports: field(z.array(portNumber), "Ports that the application listens on; absent inherits the base's", image),
  publish: field(z.array(publishedPort), "Ports published on the host where an engine runs it; a free one of loopback for each of `ports` unless said"),
  volumes: field(z.array(imagePathWord), "Folders that are to be mounted; absent inherits the base's", image),
  labels: field(textTable, "Labels of the image", image),
  stop_signal: field(
    z.string().regex(/^(?:SIG[A-Z0-9]+(?:[+-]\d+)?|[1-9]\d?)$/, { error: "is not a signal such as `SIGTERM`" }),
    "Signal that asks the application to stop",
    image,
  ),
  ca_certificates: field(optionalPathWord, "File of CA certificates of the project that the image trusts; empty for none", image),
  healthcheck: field(healthcheckSchema, "How to tell that the application is well", image),
  secrets: field(z.array(variableNameWord), "Names of secrets given at run time, never in the image"),
  packages: field(
    z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._:=~@/-]*$/, { error: "is not the name of a system package" })),
    "System packages that a container engine installs upon the base, by its apk or apt-get",
    image,
  ),
  run: field(z.array(nonEmptyText), "Shell lines that a container engine runs upon the base, each a layer", image),
  compression: field(z.enum(["gzip", "zstd", "none"]), "Compression of the layers made here", image),
  dockerfile: field(optionalPathWord, "Dockerfile for the lower part of the image (engine only); empty for none", image),
  build_args: field(
    z.union([z.record(variableNameWord, z.string()), z.array(z.tuple([variableNameWord, z.string()], { error: "is not a pair of a name and a value" }))]),
    "Build arguments of the Dockerfile: a table, or the older list of [name, value] pairs",
    image,
  ),
});

const runTimeFields = {
  target: field(deployTarget, "Where the application runs; container unless said", {
    role: "override-candidate",
    flag: "--target",
  }),
  runtime: field(z.enum(["docker", "podman", "auto"]), "Container engine to use", { role: "override-candidate", variable: "DOCKER_HOST" }),
  image_name: field(imageNameWord, "Older place of deploy.container.image_name, which wins", { status: "legacy" }),
  registry: field(imageRegistryWord, "Older place of deploy.container.registry, which wins", { status: "legacy" }),
  container: field(containerSchema, "The image and how it runs"),
  compose: field(composeSchema, "Docker Compose"),
  kubernetes: field(kubernetesSchema, "Kubernetes"),
  "bare-metal": field(bareMetalSchema, "A machine reached by ssh, with systemd or Quadlet"),
  coolify: field(coolifySchema, "Coolify"),
  fly: field(flySchema, "Fly.io"),
};

export const environmentSchema = z.strictObject(runTimeFields);

export const deploySchema = z.strictObject({
  ...runTimeFields,
  history: field(historySchema, "Record of deployments"),
  policy: field(policySchema, "Rules that this project holds more strictly than its lane"),
  environments: field(z.record(environmentNameWord(), environmentSchema), "What differs in one environment: run-time fields of [deploy]"),
});

/** `[deploy]` of Vox.toml as it passed the schema, defaults not filled in. */
export type DeployTable = z.output<typeof deploySchema>;
export type DeployEnvironmentTable = z.output<typeof environmentSchema>;
export type ContainerTable = z.output<typeof containerSchema>;
export type HealthcheckTable = z.output<typeof healthcheckSchema>;

/** A field of `[deploy]` for the reference pages: its place, what it says and who may override it. */
export interface DeployField extends FieldMeta {
  /** Dotted, such as `deploy.container.workdir`. */
  readonly path: string;
  readonly description: string;
}

/** Every field of `[deploy]` but those of single environments, in the order of the schema. */
export const deployFields = (): DeployField[] => fieldsOf(deploySchema, "deploy");

function environmentNameWord(): z.ZodString {
  return z.string().regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, { error: "is not the name of an environment: a-z, 0-9 and single `-`, `_`, `.`" });
}
