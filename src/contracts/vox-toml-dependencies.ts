import * as z from "zod";
import { featureNameWord, nonEmptyText, packageNameWord } from "./vox-toml-words.ts";

const sourceKeys = {
  version: nonEmptyText.meta({ description: "Version requirement; beside `path`, what publishing writes in the path's place" }).optional(),
  path: nonEmptyText.meta({ description: "Folder of the package, relative to this file" }).optional(),
  git: nonEmptyText.meta({ description: "URL of a git repository: https, ssh or file" }).optional(),
  branch: nonEmptyText.meta({ description: "Branch of the git repository" }).optional(),
  tag: nonEmptyText.meta({ description: "Tag of the git repository" }).optional(),
  rev: nonEmptyText.meta({ description: "Commit of the git repository" }).optional(),
  registry: nonEmptyText.meta({ description: "Name under [registries]; `default` unless said" }).optional(),
};

const choiceKeys = {
  features: z.array(featureNameWord).meta({ description: "Features of the package to turn on" }).optional(),
  "default-features": z.boolean().meta({ description: "Whether the package's `default` feature is on; true unless said" }).optional(),
  optional: z.boolean().meta({ description: "Whether only a feature brings the package in" }).optional(),
};

const inheritKey = {
  workspace: z.literal(true).meta({ description: "Take the requirement from [workspace.dependencies]" }).optional(),
};

const versionText = z.string().meta({ description: "Version requirement: a bare `2.1` means `^2.1`" });

export const dependencySchema = z.union([versionText, z.strictObject({ ...sourceKeys, ...choiceKeys, ...inheritKey })]);

/** In [workspace.dependencies] nothing is optional and nothing is inherited further. */
export const workspaceDependencySchema = z.union([
  versionText,
  z.strictObject({ ...sourceKeys, features: choiceKeys.features, "default-features": choiceKeys["default-features"] }),
]);

export const patchSchema = z.union([versionText, z.strictObject(sourceKeys)]);

export const dependencyTable = z.record(packageNameWord, dependencySchema);

export type RawDependency = z.output<typeof dependencySchema>;
export type DependencyTable = Exclude<RawDependency, string>;
