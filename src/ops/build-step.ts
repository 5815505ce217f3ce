/** Runs `[package] build` before files are collected (contracts, §2). */
export interface BuildStep {
  /** @throws {VoxError} BUILD_FAILED when the program cannot be started or exits with another status than 0 */
  run(argv: readonly string[], folder: string): Promise<void>;
}
