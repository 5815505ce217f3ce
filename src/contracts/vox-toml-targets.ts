import * as z from "zod";
import { field } from "./deploy-field.ts";
import { durationWord, imagePathWord, innerPathWord, naturalNumber, nonEmptyText, portNumber, variableNameWord } from "./vox-toml-words.ts";
import { lane, severity } from "./value-schemas.ts";

const hostWord = z.string().regex(/^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*))$/, { error: "is not a host name" });
const dnsLabel = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, { error: "is not a DNS label of a-z, 0-9 and `-`" });
export const publishedPort = z.union([portNumber, z.string().regex(/^(?:\S+:)?\d+(?::\d+)?(?:\/(?:tcp|udp))?$/, { error: "is not a port mapping such as `8080:3000`" })]);
const secondsNumber = z.int().min(1, { error: "is less than 1" });

/** The name of an environment variable that holds the value, so that it need not stand in the file. */
const fromVariable = (what: string) => field(variableNameWord, `Environment variable that holds ${what}`);

export const composeSchema = z.strictObject({
  project_name: field(z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, { error: "is not a Compose project name" }), "Compose project; the package's name unless said"),
  file: field(innerPathWord, "Compose file of the project that the rendered one extends"),
  services: field(z.array(nonEmptyText), "Services that are brought up; all without a profile unless said"),
  ports: field(z.array(publishedPort), "Ports published on the host"),
  volumes: field(z.record(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, { error: "is not the name of a volume" }), imagePathWord), "Folders of the image by the named volumes that are mounted there"),
  resources: field(
    z.strictObject({
      cpus: z.number().positive({ error: "is not more than 0" }).optional(),
      memory: z.string().regex(/^[1-9]\d*[bkmgBKMG]?$/, { error: "is not an amount such as `256M`" }).optional(),
      pids: z.int().min(1, { error: "is less than 1" }).optional(),
    }),
    "Limits of the service: cpus, memory, pids",
  ),
  restart: field(z.enum(["no", "always", "on-failure", "unless-stopped"]), "When the container is started again; unless-stopped unless said"),
  stop_grace_period: field(durationWord, "Time between the stop signal and the end; Compose's ten seconds unless said"),
  read_only: field(z.boolean(), "Whether the root file system is read-only; wherever it can be unless said"),
  secrets: field(z.enum(["environment", "files"]), "Whether secrets are variables or files under /run/secrets; environment unless said"),
  publish: field(z.union([z.boolean(), z.array(publishedPort), nonEmptyText]), "Whether, or where, the bundle is pushed; or the ports, an older way to write them"),
});

const quantities = z.record(nonEmptyText, z.union([z.string(), z.number()]));

export const kubernetesSchema = z.strictObject({
  context: field(nonEmptyText, "Context of the kubeconfig"),
  cluster: field(nonEmptyText, "Older name of context, which wins", { status: "legacy" }),
  namespace: field(dnsLabel, "Namespace of the objects"),
  replicas: field(naturalNumber, "Number of pods"),
  manifests_dir: field(innerPathWord, "Folder of the project with manifests applied beside the rendered ones"),
  ingress: field(
    z.union([
      nonEmptyText,
      z.boolean(),
      z.strictObject({
        host: nonEmptyText.optional(),
        path: nonEmptyText.optional(),
        class: nonEmptyText.optional(),
        tls: z.union([z.boolean(), nonEmptyText]).optional(),
        annotations: z.record(nonEmptyText, z.string()).optional(),
      }),
    ]),
    "Host name, or a table of host, path, class, tls and annotations",
  ),
  resources: field(z.strictObject({ requests: quantities.optional(), limits: quantities.optional() }), "Requests and limits of the container"),
});

export const bareMetalSchema = z.strictObject({
  host: field(hostWord, "Machine to reach by ssh"),
  user: field(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/, { error: "is not a user name" }), "User on that machine"),
  port: field(portNumber, "Port of its ssh server"),
  service_name: field(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:_.\\@-]*$/, { error: "is not the name of a unit" }), "Unit of systemd; the package's name unless said"),
  deploy_dir: field(z.string().regex(/^\/[^\0\n]*$/, { error: "is not an absolute path" }), "Folder on that machine that belongs to vox"),
  unit: field(z.enum(["systemd", "quadlet"]), "Kind of unit that runs the container"),
});

export const coolifySchema = z.strictObject({
  base_url: field(z.string().regex(/^https?:\/\/\S+$/, { error: "is not an http or https URL" }), "URL of the Coolify instance"),
  app_uuid: field(nonEmptyText, "Application of that instance"),
  token_env: fromVariable("the API token"),
  env: field(z.union([z.record(variableNameWord, z.string()), z.array(variableNameWord)]), "Variables that are set in Coolify, or names of those that are passed on"),
  health_endpoints: field(z.array(nonEmptyText), "URLs or paths that must answer after a deployment"),
  poll_interval_secs: field(secondsNumber, "Seconds between two looks at a deployment"),
  poll_timeout_secs: field(secondsNumber, "Seconds that a deployment may take"),
  force_rebuild: field(z.boolean(), "Whether Coolify is told to leave its caches"),
  base_url_env: fromVariable("base_url"),
  app_uuid_env: fromVariable("app_uuid"),
  health_endpoints_env: fromVariable("health_endpoints, separated by commas"),
  poll_interval_secs_env: fromVariable("poll_interval_secs"),
  poll_timeout_secs_env: fromVariable("poll_timeout_secs"),
  force_rebuild_env: fromVariable("force_rebuild"),
});

export const flySchema = z.strictObject({
  app_name: field(dnsLabel, "Application of Fly.io; the package's name unless said"),
  org: field(nonEmptyText, "Organisation"),
  region: field(z.string().regex(/^[a-z]{3}$/, { error: "is not a region such as `fra`" }), "Primary region"),
});

export const historySchema = z.strictObject({
  repository: field(nonEmptyText, "Repository of the deployment records; the image's unless said"),
  keep: field(z.int().min(1, { error: "is less than 1" }), "Deployments whose records are kept for each environment; 20 unless said"),
});

const severities = z.record(nonEmptyText, severity);

export const policySchema = z.strictObject({
  lane: field(lane, "Least strict lane that this project allows", {
    role: "override-candidate",
    flag: "--lane",
    variable: "VOX_LANE",
  }),
  signers: field(z.array(nonEmptyText), "Files of public keys that may sign what is deployed"),
  licenses: field(z.array(nonEmptyText), "SPDX licences that the application and its packages may have; any unless said"),
  base_signers: field(z.array(nonEmptyText), "Files of public keys that bases must be signed with; nothing is asked of them unless said"),
  local: field(severities, "Invariants held more strictly in the local lane, by id"),
  ci: field(severities, "Invariants held more strictly in the ci lane, by id"),
  release: field(severities, "Invariants held more strictly in the release lane, by id"),
});

/** Where an application may be asked to run. */
export const deployTarget = z.enum(["auto", "container", "compose", "kubernetes", "bare-metal", "coolify", "fly"]);
