/** Runs in each test file where TOWPATH_MET names a folder: notes there which mutants each of its tests comes by. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, afterEach, beforeEach, expect } from "vitest";

/** A test, and the mutants that it comes by; those of its file's own code too. */
export interface Meeting {
  readonly file: string;
  /** With the names of what it is part of in front, a blank between. */
  readonly name: string;
  readonly ms: number;
  readonly mutants: readonly number[];
}

interface Named {
  readonly name: string;
  readonly suite?: Named;
}

const folder = process.env.TOWPATH_MET;
if (folder !== undefined) {
  const ofFile = new Set<number>();
  const meetings: Meeting[] = [];
  let met = ofFile;
  let startedAt = 0;
  Object.assign(globalThis, {
    towpathMutated(number: number): boolean {
      met.add(number);
      return false;
    },
  });
  beforeEach(() => {
    met = new Set();
    startedAt = performance.now();
  });
  afterEach(({ task }) => {
    const file = relative(process.cwd(), expect.getState().testPath ?? "");
    meetings.push({ file, name: nameOf(task), ms: performance.now() - startedAt, mutants: [...met] });
    met = ofFile;
  });
  afterAll(() => {
    const [first] = meetings;
    if (first === undefined) return;
    const whole = meetings.map((one) => ({ ...one, mutants: [...new Set([...one.mutants, ...ofFile])] }));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${first.file.replaceAll("/", "-")}.json`), JSON.stringify(whole));
  });
}

function nameOf({ name, suite }: Named): string {
  return suite === undefined ? name : `${nameOf(suite)} ${name}`;
}
