import { expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";

const ROWS = 6000;
const schema = pw.schema({ id: pw.column({ type: "int", primaryKey: true }), x: "int", y: "int" });

test("a commit of any size in which a row changes elsewhere does not make it come anew", () =>
  pw.graph(async () => {
    const row = (id: number, y: number) => ({ id, x: id, y });
    const ids = Array.from({ length: ROWS }, (_, id) => id);
    // Row 7 comes last; then all rows get another y.
    const t = pw.debug.tableFromRows(schema, [
      ...ids.map((id) => ({ row: row(id, 0), time: id === 7 ? 4 : 2 })),
      ...ids.map((id) => ({ row: row(id, 0), time: 6, diff: -1 as const })),
      ...ids.map((id) => ({ row: row(id, 1), time: 6 })),
    ]);
    const answers = t.reduce({
      last: pw.reducers.latest(t.x),
      folded: pw.reducers.statefulSingle((_: number | undefined, x) => x, t.x),
      sum: pw.reducers.sum(t.y),
    });
    const [only] = await pw.debug.compute(answers);
    expect(only?.row).toEqual({ last: 7, folded: 7, sum: ROWS });
  }));
