import type { ComposeIntent } from "../../src/project/compose-intent.ts";

/** `[deploy.compose]` of a project that says nothing but what a test wants. */
export const composeOf = (change: Partial<ComposeIntent> = {}): ComposeIntent => ({
  projectName: "storefront",
  service: "storefront",
  services: [],
  ports: [],
  volumes: {},
  resources: {},
  restart: "unless-stopped",
  secrets: "environment",
  ...change,
});
