/**
 * Runs tests without a broker, each once: `FILE…` in that order; of them only those whose names are the lines of
 * TOWPATH_TESTS, where that is set. Exit code 0: all pass.
 */
import { fileURLToPath } from "node:url";
import { BaseSequencer, startVitest, type TestSpecification } from "vitest/node";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = process.argv.slice(2);
const names = process.env.TOWPATH_TESTS?.split("\n");

class AsSaid extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      files.findIndex((file) => moduleId.includes(file));
    return specifications.sort((a, b) => place(a) - place(b));
  }
}

const vitest = await startVitest("test", files, {
  config: false,
  root,
  watch: false,
  alias: [{ find: /^towpath$/, replacement: `${root}lib/index.ts` }],
  include: ["test/**/*.test.ts"],
  setupFiles: ["scripts/mutate/meet.ts"],
  ...(names === undefined ? {} : { testNamePattern: new RegExp(`^(?:${names.map(escaped).join("|")})$`) }),
  pool: "forks",
  maxWorkers: 1,
  bail: 1,
  sequence: { sequencer: AsSaid },
  testTimeout: 600_000,
  experimental: { fsModuleCache: true },
});
await vitest.close();

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
