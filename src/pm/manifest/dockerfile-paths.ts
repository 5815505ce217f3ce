import type { DeployTable } from "../../contracts/vox-toml-deploy.ts";
import { environmentNames, mergeEnvironment } from "./deploy-environment.ts";

/** Paths of the Dockerfiles that any environment names, as they are written. */
export const dockerfilePaths = (deploy: DeployTable): readonly string[] => [
  ...new Set(
    environmentNames(deploy)
      .map((environment) => mergeEnvironment(deploy, environment).container.dockerfile ?? "")
      .filter((path) => path !== ""),
  ),
];
