import { addOutput } from "../../lib/table/output.ts";
import { nodeOf, type TableMethods } from "../../lib/table/table.ts";
import { formats } from "../formats/index.ts";
import { OptionCheck } from "./check-options.ts";
import { FileSink } from "./sink.ts";

/** The options of `pw.fs.write`. */
export interface FileWriteOptions {
  /** "json": JSON Lines, an object a line. "csv": a header, then a line a change. */
  readonly format: "json" | "csv";
  /** The output's name in logs; default: the path. */
  readonly name?: string;
}

/**
 * Writes every change of a table to a file while `pw.run()` runs: its row, `diff` (1: it came, -1: it went) and the
 * `time` of its commit, rows that went before rows that came. A commit is appended in one write; when `pw.run()`
 * resolves all are on the disk.
 *
 * The file is made anew when the run starts: changes follow from an empty table, so they cannot continue those of an
 * earlier run. With `persistence` they do: the file is cut back to what the last checkpoint knows of, and what came
 * behind it is written again, so that every change stands in it once. csv has the columns in the table's order, then `diff` and `time`; cells are quoted as RFC 4180 says,
 * null is an empty cell and the empty text `""`; lines end with LF. Both formats write bytes as base64, datetimes as
 * ISO 8601, and NaN and the infinities as texts.
 *
 * @throws TowpathError TP_BAD_ARGUMENT; TP_COLUMN_RESERVED for a column called `diff` or `time`; TP_GRAPH_RUNNING.
 *   `pw.run` rejects with TP_FILE_FAILED where the file cannot be written, the disk being full among others, and with
 *   TP_FILE_CHANGED where it is shorter than an earlier run left it.
 * @example
 * pw.fs.write(totals, "totals.jsonl", { format: "json" });
 * await pw.run(); // totals.jsonl: {"diff":1,"region":"EU","time":1700000000000,"total":3} …
 */
export function write<C>(table: TableMethods<C>, path: string, options: FileWriteOptions): void {
  const check = new OptionCheck("pw.fs.write");
  check.text("the path", path);
  check.object(options, "the options", ["format", "name"]);
  const { format, name = path } = options;
  check.oneOf("format", format, ["json", "csv"]);
  check.text("name", name);
  const { formatter } = formats[format];
  formatter.create(nodeOf(table).columns);
  addOutput(table, {
    connector: "fs",
    name,
    describe: { path, format },
    create: (columns) => new FileSink(name, path, formatter.create(columns)),
  });
}
