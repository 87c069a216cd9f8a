import type { Columns } from "../../lib/data/schema.ts";
import type { Parser } from "../../lib/io/parser.ts";
import { tableFromSource } from "../../lib/table/source.ts";
import { type FieldColumns, fieldColumns, primaryKeyPositions } from "../../lib/table/source-columns.ts";
import type { Table } from "../../lib/table/table.ts";
import type { Simplify } from "../../lib/table/types.ts";
import { formats } from "../formats/index.ts";
import type { LineRules } from "./line-chunk.ts";
import { checkReadOptions, type FileReadOptions, fileCommitPolicy } from "./read-options.ts";
import { type FilePlan, FileSource } from "./source.ts";

/** The columns of the table that `pw.fs.read` makes with options O. */
export type FileColumns<O> = Simplify<
  O extends { readonly format: "raw" }
    ? { data: O extends { readonly encoding: "utf8" } ? string : Buffer }
    : FieldColumns<O>
>;

/**
 * A table of the lines of a file, or of all files of a directory, one file after the other by name (left out:
 * directories in it, and names that begin with a dot).
 *
 * - "csv": each file begins with its header; columns by name, quoted cells may hold line breaks, empty lines are left
 *   out. "json": an object a line (JSON Lines), empty lines are left out. "raw": one column `data`, a line without its
 *   break, as bytes, or as text with `encoding: "utf8"`.
 * - Breaks are LF or CRLF. A byte order mark at a file's start is left out (but not from raw bytes).
 * - "static" reads what the files hold at the start, a last line without a break too, as one commit; with
 *   `commit: { everyRows }` a large file becomes several, and memory stays small.
 * - "streaming" goes on with lines that are appended, and with files that come into the directory; a line counts once
 *   its break is there. New lines become visible together within 100 ms, or as `commit` says.
 *
 * With `persistence` a run reads each file on from where the last one ended. Files may have grown since; one that is
 * shorter, gone or begins or ends otherwise there (its first and last 4 KB are looked at) ends the run.
 *
 * With a primary key a later line replaces the row of its key. Otherwise a row's key is made of the source's name, the
 * file's name and the byte where its line begins: the same in every run.
 *
 * @throws TowpathError TP_BAD_ARGUMENT naming the option, TP_BAD_SCHEMA, TP_COLUMN_DUPLICATE. `pw.run` rejects with
 *   TP_FILE_ABSENT, TP_FILE_FAILED, TP_FILE_CHANGED where a file was deleted, replaced or made shorter,
 *   TP_CSV_NO_HEADER, TP_COMMIT_TOO_LARGE, or TP_ROW_… for a bad line, naming `file:line`.
 * @example
 * const orders = pw.fs.read("orders.csv", {
 *   format: "csv", mode: "static", schema: pw.schema({ id: "int", amount: "float" }),
 * });
 */
export function read<const O extends FileReadOptions>(path: string, options: O): Table<FileColumns<O>> {
  checkReadOptions(path, options);
  const columns = columnsOf(options);
  const plan: FilePlan = {
    name: options.name ?? path,
    path,
    columns,
    primaryKey:
      options.format === "raw" ? null : primaryKeyPositions(options.primaryKey, columns, "pw.fs.read"),
    policy: fileCommitPolicy(options),
    mode: options.mode ?? "streaming",
    onError: options.onError ?? "fail",
    rules: lineRules(options),
    createParser: () => createParser(options, columns),
  };
  // A parser checks its own options: better now than when the run starts.
  plan.createParser();
  const { format } = options;
  const { policy, mode, onError } = plan;
  return tableFromSource<FileColumns<O>>(columns, {
    connector: "fs",
    name: plan.name,
    describe: { path, format, commit: policy, mode, onError },
    identity: { path, format },
    appendOnly: plan.primaryKey === null,
    primaryKey: plan.primaryKey,
    create: (needed) => new FileSource(plan, needed),
  });
}

function columnsOf(options: FileReadOptions): Columns {
  if (options.format !== "raw") return fieldColumns(options, options.format, "pw.fs.read");
  const name = options.encoding === "utf8" ? "str" : "bytes";
  return [{ name: "data", type: { name, optional: false } }];
}

function createParser(options: FileReadOptions, columns: Columns): Parser {
  switch (options.format) {
    case "raw":
      return formats.raw.parser.create(columns);
    case "csv":
      return formats.csv.parser.create(columns, options.csv);
    case "json":
      return formats.json.parser.create(columns);
  }
}

function lineRules(options: FileReadOptions): LineRules {
  if (options.format === "raw") {
    return { quote: -1, delimiter: -1, keepsEmpty: true, skipsMark: options.encoding === "utf8" };
  }
  const rules = { quote: -1, delimiter: -1, keepsEmpty: false, skipsMark: true };
  if (options.format === "json") return rules;
  const { quote = '"', delimiter = "," } = options.csv ?? {};
  return { ...rules, quote: String(quote).charCodeAt(0), delimiter: String(delimiter).charCodeAt(0) };
}
