import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";
import { SecondTries } from "./test/support/second-tries.ts";

// Forks, not threads: node-rdkafka does not load in worker threads. Two workers: the machines that run this have two cores,
// which they keep busy, and what waits for a broker or a process fails by the clock beside a third.
export default defineConfig({
  resolve: {
    alias: [{ find: /^towpath$/, replacement: fileURLToPath(new URL("./lib/index.ts", import.meta.url)) }],
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: [
      "test/support/compile.ts",
      "test/support/kafka/global-setup.ts",
      "test/support/registry/global-setup.ts",
    ],
    reporters: ["default", ["json", { outputFile: ".cache/test-results.json" }], new SecondTries()],
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // What waits for a broker or a process fails by the clock now and then on a busy machine: it is tried once more, and
    // `npm test` names each test that needed it. What fails always, or from a printed seed, fails again.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
