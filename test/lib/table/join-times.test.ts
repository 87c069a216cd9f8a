import { expect, test } from "vitest";
import * as pw from "../../../lib/index.ts";

test("pairs come at the time of the commit that makes them, whichever side it is of", () =>
  pw.graph(async () => {
    const orders = pw.debug.tableFromMarkdown<{ id: number; customer: number }>(`
        | id | customer | __time__
      1 | 1  | 7        | 2
      2 | 2  | 8        | 4
      3 | 3  | 9        | 6
    `);
    const customers = pw.debug.tableFromMarkdown<{ key: number }>(`
        | key | __time__
      1 | 9   | 2
      2 | 8   | 4
      3 | 7   | 8
    `);
    const pairs = orders
      .join(customers, orders.customer.eq(customers.key))
      .select({ id: orders.id })
      .reduce((c) => ({ first: pw.reducers.earliest(c.id), last: pw.reducers.latest(c.id) }));
    const rows = await pw.debug.compute(pairs);
    expect(rows.map(({ row }) => row)).toEqual([{ first: 2, last: 1 }]);
  }));
