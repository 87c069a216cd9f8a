/**
 * The longest files begin first, so that the workers end together. vitest knows their durations from the last run only,
 * and a fresh checkout has none.
 */
import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What takes tens of seconds: in turn files that compute and files that wait for brokers and processes. */
const longest = [
  "test/faults/short.test.ts",
  "test/conformance/operators.test.ts",
  "test/kafka/read-failures.test.ts",
  "test/fuzz/programs.test.ts",
  "test/kafka/harness.test.ts",
  "test/fuzz/restarts.test.ts",
  "test/kafka/native-reader-group.test.ts",
  "test/kafka/write-faults.test.ts",
  "test/kafka/persistence.test.ts",
  "test/docs/programs.test.ts",
  "test/kafka/read-commits.test.ts",
  "test/package/install.test.ts",
  "test/kafka/bounds.test.ts",
  "test/conformance/reducers.test.ts",
  "test/lib/runtime/crashes.test.ts",
  "test/kafka/secrets.test.ts",
  "test/kafka/read-start.test.ts",
  "test/lib/runtime/ending.test.ts",
  "test/fuzz/canary.test.ts",
  "test/lib/cli/scripts.test.ts",
  "test/scripts/setup.test.ts",
  "test/kafka/groups.test.ts",
  "test/kafka/read-volume.test.ts",
  "test/examples/realtime-pair.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.indexOf(relative(this.ctx.config.root, moduleId));
      return place < 0 ? longest.length : place;
    };
    return others.sort((a, b) => rank(a) - rank(b));
  }
}
