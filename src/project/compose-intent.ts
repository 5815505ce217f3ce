/** `[deploy.compose]` of Vox.toml for one environment, with its defaults filled in (contracts, §2). */
export interface ComposeIntent {
  readonly projectName: string;
  /** The application's own service. */
  readonly service: string;
  /** A file of the project whose services, networks and volumes stand beside ours. */
  readonly file?: string;
  /** What is brought up; everything when it is empty. */
  readonly services: readonly string[];
  /** `8080:3000`, `127.0.0.1:8080:3000/tcp`. */
  readonly ports: readonly string[];
  /** Folders of the image by the names of the volumes that are mounted there. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly resources: ComposeResources;
  readonly restart: "no" | "always" | "on-failure" | "unless-stopped";
  readonly stopGraceMs?: number;
  /** Absent: wherever it can be. */
  readonly readOnly?: boolean;
  /** How secrets reach the application: as variables, or as files under `/run/secrets`. */
  readonly secrets: "environment" | "files";
  /** Where the bundle is pushed: beside the image, or to a reference. */
  readonly artifact?: { readonly kind: "beside" } | { readonly kind: "reference"; readonly reference: string };
}

export interface ComposeResources {
  readonly cpus?: number;
  /** `256M`. */
  readonly memory?: string;
  readonly pids?: number;
}
