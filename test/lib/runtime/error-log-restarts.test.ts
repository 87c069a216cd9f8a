import { expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const schema = pw.schema({ n: "int" });
const given = Array.from({ length: 8 }, (_, i) => ({ row: { n: i }, time: 2 * i + 2 }));

/** One run; it dies by a function of the script at the `dieAt`-th change, as a process does: without a checkpoint. */
async function run(path: string, lines: Set<string>, dieAt: number): Promise<void> {
  await pw.graph(async () => {
    const t = pw.debug.tableFromRows(schema, given);
    const inverse = t.select({ n: t.n, inverse: pw.literal(1).div(t.n.mod(2)) });
    let changes = 0;
    const tell = (text: string): void => {
      if (++changes === dieAt) throw new Error("dies");
      lines.add(text);
    };
    pw.subscribe(inverse, { onChange: ({ row, time }) => tell(`${time} ${row.n} ${row.inverse}`) });
    pw.subscribe(pw.errorLog(), {
      onChange: ({ row, time, key }) => tell(`${time} failed at ${row.commit}: ${row.code} ${key}`),
    });
    const totals = pw.errorLog().reduce((log) => ({ failures: pw.reducers.sum(log.count) }));
    pw.subscribe(totals, {
      onChange: ({ row, time, diff }) => tell(`${time} ${diff} ${row.failures} failures`),
    });
    await pw.run({ monitoring: "none", onError: "report", persistence: { path } });
  });
}

test("what failed is listed once, at the same time, however often the run dies", async () => {
  const lines = new Set<string>();
  const path = await temporaryDirectory();
  for (const dieAt of [3, 2, 6, 4])
    await expect(run(path, lines, dieAt)).rejects.toThrow("TP_FUNCTION_FAILED");
  await run(path, lines, -1);
  const texts = [...lines].sort();
  const failed = texts.flatMap(
    (text) => /^(\d+) failed at (\d+): TP_VALUE_FAILED/.exec(text)?.slice(1).map(Number) ?? [],
  );
  // Four rows divide by zero: of each an entry, in the commit right after the row's own.
  expect(failed).toHaveLength(8);
  const rows = texts.flatMap((text) => /^(\d+) \d Infinity|^(\d+) \d 1$/.exec(text)?.slice(1) ?? []);
  expect(rows.filter(Boolean)).toHaveLength(4);
  for (let i = 0; i < 8; i += 2) expect(failed[i]).toBeGreaterThan(failed[i + 1] as number);
  expect(texts.filter((text) => / 1 \d failures$/.test(text))).toHaveLength(4);
  expect(texts.filter((text) => / 1 4 failures$/.test(text))).toHaveLength(1);
  // Nothing is left to do for a run after the end.
  const again = new Set<string>();
  await run(path, again, -1);
  expect([...again]).toEqual([]);
});
