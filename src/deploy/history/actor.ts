/** Who deploys. */
export interface Actor {
  /** `user@machine`. */
  readonly name: string;
  readonly process: number;
  /** Whether a process of this machine still runs. */
  isAlive(process: number): boolean;
}
