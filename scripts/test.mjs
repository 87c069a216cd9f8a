/**
 * `npm test`: set-up, then formatter and linter, the house's rules, the compiler (which runs the type tests), and the
 * tests. `npm test -- test/lib/x.test.ts` runs only these tests: arguments go to vitest, and the checks are left out.
 * The last line is `N passed, N failed, N skipped`; the exit code is that of the worst step.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNode } from "./run.mjs";
import { afterSetUp } from "./setup.mjs";
import { countResults, describeSkipped } from "./test-results.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
/** As vitest.config.ts has it. */
const resultsPath = join(root, ".cache/test-results.json");
const checks = [
  { name: "biome", args: ["node_modules/@biomejs/biome/bin/biome", "check", "."] },
  { name: "tidy", args: ["--import", "tsx", "scripts/tidy.ts"] },
  { name: "types", args: ["node_modules/typescript/bin/tsc", "--noEmit"] },
];

await afterSetUp({ forTests: true }, async () => {
  const own = process.argv.slice(2);
  const codes = new Map();
  if (own.length > 0) console.log("Tests were named: biome, tidy and the compiler are left out.");
  for (const { name, args } of own.length > 0 ? [] : checks) codes.set(name, await step(name, args));
  rmSync(resultsPath, { force: true });
  codes.set("tests", await step("tests", ["node_modules/vitest/vitest.mjs", "run", ...own]));
  return report(codes);
});

async function step(name, args) {
  console.log(`\n== ${name}`);
  return runNode(args, { cwd: root });
}

/** Says how it went and returns the exit code. */
function report(codes) {
  const results = readResults();
  const counts = countResults(results);
  for (const line of describeSkipped(results, root)) console.log(line);
  if (counts.passed + counts.failed === 0) {
    console.log("No test was executed: that is a failure.");
    codes.set("tests", codes.get("tests") || 1);
  }
  const failed = [...codes]
    .filter(([, code]) => code !== 0)
    .map(([name, code]) => `${name} (exit code ${code})`);
  if (failed.length > 0) console.log(`\nFailed steps: ${failed.join(", ")}`);
  if (codes.get("tests") !== 0 && counts.failed === 0)
    console.log("No single test failed: see the errors above.");
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return Math.max(...codes.values());
}

function readResults() {
  try {
    return JSON.parse(readFileSync(resultsPath, "utf8"));
  } catch {
    return { testResults: [] };
  }
}
