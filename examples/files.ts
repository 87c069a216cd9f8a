/**
 * Files instead of topics: a CSV file in, the totals by category out, as JSON Lines.
 *
 *     npx tsx examples/files.ts
 *     npx tsx examples/files.ts sales.csv totals.jsonl
 *
 * The second command reads a file with the columns category and amount. "static" reads a file as it is and ends, with
 * all of it as one commit; with "streaming" the same script would follow the file, and write what each new line changes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pw from "towpath";

const sample = `category,amount,note
tools,12.50,
books,8,"Locks, weirs and ""paths"""
tools,7.25,
books,19.90,second hand
`;

const [, , given, target] = process.argv;
const folder = mkdtempSync(join(tmpdir(), "towpath-files-"));
const input = given ?? join(folder, "sales.csv");
const output = target ?? join(folder, "totals.jsonl");
if (given === undefined) writeFileSync(input, sample);

const sales = pw.fs.read(input, {
  format: "csv",
  mode: "static",
  schema: pw.schema({ category: "str", amount: "float" }),
});
const totals = sales.groupBy(sales.category).reduce({
  category: sales.category,
  sales: pw.reducers.count(),
  total: pw.reducers.sum(sales.amount),
});
pw.fs.write(totals, output, { format: "json" });

try {
  const { sources } = await pw.run({ monitoring: "none" });
  for (const { rows } of Object.values(sources)) console.log(`${rows} rows read`);
  console.log(readFileSync(output, "utf8").trimEnd());
} finally {
  rmSync(folder, { recursive: true });
}
