import type { Reporter, TestModule } from "vitest/node";

/** Tells, when all tests are done, which of them passed only when they were tried again, and what had failed. */
export class SecondTries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (test.diagnostic()?.flaky !== true) continue;
        const [first] = test.result().errors ?? [];
        console.log(`Passed when tried again: ${module.relativeModuleId}: "${test.fullName}"`);
        console.log(`  failed first with: ${first?.message ?? "no message"}`);
      }
    }
  }
}
