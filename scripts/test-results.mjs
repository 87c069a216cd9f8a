import { relative } from "node:path";

const skippedStates = new Set(["skipped", "pending", "todo", "disabled"]);

/**
 * Counts what vitest's JSON report holds. A file that failed without any failed test of its own (it did not load, or
 * a hook threw) counts as one failure, so that "0 failed" is never said of a broken file.
 *
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countResults({ testResults }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of testResults) {
    const states = file.assertionResults.map((test) => test.status);
    counts.passed += states.filter((state) => state === "passed").length;
    counts.skipped += states.filter((state) => skippedStates.has(state)).length;
    const failed = states.filter((state) => state === "failed").length;
    counts.failed += failed === 0 && file.status === "failed" ? 1 : failed;
  }
  return counts;
}

/** One line for each file with skipped tests: how many, and which. */
export function describeSkipped({ testResults }, root) {
  return testResults.flatMap((file) => {
    const skipped = file.assertionResults.filter((test) => skippedStates.has(test.status));
    if (skipped.length === 0) return [];
    const shown = skipped.slice(0, 3).map((test) => `"${test.fullName}"`);
    if (skipped.length > 3) shown.push(`${skipped.length - 3} more`);
    return [`Skipped in ${relative(root, file.name)}: ${shown.join(", ")}`];
  });
}
