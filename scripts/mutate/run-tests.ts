/** Runs the test files that the command line names, in that order: without a broker, each test once. Exit code 0: all pass. */
import { fileURLToPath } from "node:url";
import { BaseSequencer, startVitest, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL("../..", import.meta.url));
const names = process.argv.slice(2);

class AsSaid extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      names.findIndex((name) => moduleId.includes(name));
    return files.sort((a, b) => place(a) - place(b));
  }
}

const vitest = await startVitest("test", names, {
  config: false,
  root,
  watch: false,
  alias: [{ find: /^towpath$/, replacement: `${root}lib/index.ts` }],
  include: ["test/**/*.test.ts"],
  setupFiles: ["scripts/mutate/meet.ts"],
  pool: "forks",
  maxWorkers: 1,
  bail: 1,
  sequence: { sequencer: AsSaid },
  testTimeout: 60_000,
  experimental: { fsModuleCache: true },
});
await vitest.close();
