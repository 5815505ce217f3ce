/** Labels by which vox finds what it runs, and knows it. */
export const LABEL = {
  imageName: "dev.vox.image-name",
  environment: "dev.vox.environment",
  desired: "dev.vox.desired",
  image: "dev.vox.image",
} as const;

/** What Docker's and Podman's Compose programs label containers with. */
export const COMPOSE_LABEL = {
  project: "com.docker.compose.project",
  service: "com.docker.compose.service",
} as const;
