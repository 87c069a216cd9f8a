import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Forks, not threads: node-rdkafka does not load in worker threads. Two workers: the machines that run this have two cores.
export default defineConfig({
  resolve: {
    alias: [{ find: /^towpath$/, replacement: fileURLToPath(new URL("./lib/index.ts", import.meta.url)) }],
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/compile.ts", "test/support/kafka/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
