import { defineConfig } from "vitest/config";

/** The tests that take minutes: real engines, registries and large inputs. */
export default defineConfig({
  test: {
    include: ["test/long/**/*.test.ts"],
    globalSetup: "test/support/left-out-report.ts",
    testTimeout: 600_000,
    fileParallelism: false,
    passWithNoTests: true,
  },
});
