/** Runs before each test file where TOWPATH_MET names a folder: notes there which mutants the file comes by. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, expect } from "vitest";

export interface Meeting {
  readonly file: string;
  readonly ms: number;
  readonly mutants: readonly number[];
}

const folder = process.env.TOWPATH_MET;
if (folder !== undefined) {
  const met = new Set<number>();
  const startedAt = performance.now();
  Object.assign(globalThis, {
    towpathMutated(number: number): boolean {
      met.add(number);
      return false;
    },
  });
  afterAll(() => {
    const file = relative(process.cwd(), expect.getState().testPath ?? "");
    const meeting: Meeting = { file, ms: performance.now() - startedAt, mutants: [...met] };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${file.replaceAll("/", "-")}.json`), JSON.stringify(meeting));
  });
}
