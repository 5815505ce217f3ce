import type { Lane } from "../config/lock-mode.ts";
import type { StatementSigner } from "../attest/signer.ts";
import type { ProjectImage } from "./build-project-image.ts";
import type { Materialized, MaterializeOptions } from "./materialize-project.ts";
import type { KeyPorts } from "./ports.ts";
import type { ImagePlace } from "./read-image.ts";
import type { FactPorts } from "./read-project-facts.ts";
import type { SigningWish } from "./sign-image.ts";
import type { RebuildPorts } from "./verify-rebuild.ts";

/** Where a deployment is held to the policy; each step ends it with POLICY_REFUSED, or tells advice. */
export interface DeploymentGate {
  /** Before anything is built. */
  beforeBuild(): Promise<void>;
  /** Before the image is built: what only the files and the key can tell. */
  materialized(materialized: Materialized, signer: StatementSigner | undefined): Promise<void>;
  /** Before anything is pushed. */
  built(image: ProjectImage): Promise<void>;
  /** Before a tag names it: what the registry holds is read back. */
  pushed(place: ImagePlace, signer: StatementSigner | undefined): Promise<void>;
}

/** What of a deployment the policy is about. */
export interface GatedDeployment extends Pick<MaterializeOptions, "member" | "environment" | "hold"> {
  readonly to: "registry" | "engine" | "running";
  readonly signing?: SigningWish;
}

/** Where an image is held to the policy that is deployed as it is. */
export interface ImageGate {
  /** Before anything is copied. */
  before(place: ImagePlace): Promise<void>;
  /** Before a tag names the copy. */
  after(place: ImagePlace): Promise<void>;
}

export interface GatedImage extends Pick<MaterializeOptions, "member"> {
  readonly lane: Lane;
  readonly offline: boolean;
  /** Absolute paths of public keys, one of which must have signed; none asks nobody. */
  readonly keys: readonly string[];
}

export type GatePorts = FactPorts & KeyPorts & RebuildPorts;
