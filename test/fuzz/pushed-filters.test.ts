import { describe, expect, test, vi } from "vitest";
import { pushFilters } from "../../lib/plan/push-filters.ts";
import { TooManyRows } from "../oracle/plan.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { buildByHand, buildByTables } from "./build-tables.ts";
import { randomProgram } from "./random-program.ts";
import { failureOf } from "./run-program.ts";
import { columnsOf, type ExpressionSpec, type Named, type ProgramSpec } from "./spec.ts";

// Nobody looks at the lines of generated programs, and finding them is a third of the time.
vi.mock("../../lib/base/source-site.ts", async (importOriginal) => ({
  ...(await importOriginal<object>()),
  userSite: () => null,
}));

const seed = seedFrom("TOWPATH_FUZZ_SEED");
/** Programs whose filter moves. Every twentieth or so does. */
const wanted = 25;
const programsMax = 5_000;
const builders = { hand: buildByHand, tables: buildByTables } as const;

/** The program up to one of its joins, whose rows are filtered by conditions that cannot fail; null without a join. */
function filtered(rng: Rng, program: ProgramSpec): ProgramSpec | null {
  const joins = program.steps.flatMap((step, i) => (step.op === "join" ? [i] : []));
  if (joins.length === 0) return null;
  const last = rng.pick(joins);
  const steps = program.steps.slice(0, last + 1);
  const tables: Named<string>[] = program.sources.map(({ columns }) => columns);
  for (const step of steps) tables.push(columnsOf(step, tables));
  const columns = tables.at(-1) as Named<string>;
  const conditions = Array.from({ length: rng.between(1, 2) }, (): ExpressionSpec => {
    const position = rng.below(columns.length);
    const [, type] = columns[position] as readonly [string, string];
    const column = { column: position, type } as ExpressionSpec;
    return { call: rng.pick(["isNull", "isNotNull"]), args: [column], type: "bool" } as ExpressionSpec;
  });
  const filters = conditions.map(
    (where, i) => ({ op: "filter", input: tables.length - 1 + i, where }) as const,
  );
  return { ...program, steps: [...steps, ...filters], outputs: [tables.length - 1 + filters.length] };
}

describe(`filters of joins, from seed ${seed}`, () => {
  test("give what they give where they stand, pushed down or not", { timeout: 300_000 }, () => {
    let pushed = 0;
    for (let i = 0; pushed < wanted; i++) {
      expect(i, "programs tried").toBeLessThan(programsMax);
      const rng = new Rng((seed + i) % 0x1_0000_0000);
      const program = filtered(rng, randomProgram(rng));
      if (program === null) continue;
      const builder = rng.pick(["hand", "tables"] as const);
      const { outputs } = builders[builder](program);
      if (pushFilters(outputs)[0] === outputs[0]) continue;
      pushed++;
      const feeding = { shuffled: rng.chance(0.4), split: rng.chance(0.25), restartAfter: null };
      const failure = failureOf({ program, feeding, builder });
      if (failure !== null && !(failure instanceof TooManyRows))
        expect.fail(`program ${seed + i}: ${failure.message}\n${JSON.stringify(program)}`);
    }
  });
});
