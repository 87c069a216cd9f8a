/** What `pw.fs.read` takes, and the checks that name a wrong option when the plan is built. */
import { type CommitOptions, type CommitPolicy, defaultCommitPolicy } from "../../lib/io/commit-policy.ts";
import type { FieldOptions } from "../../lib/table/source-columns.ts";
import type { CsvOptions } from "../formats/csv.ts";
import { OptionCheck } from "./check-options.ts";

/** When lines that have been read become visible. */
export type FileCommitOptions = Pick<
  CommitOptions,
  "marker" | "everyMs" | "everyRows" | "maxPendingRows" | "tail"
>;

interface CommonOptions {
  /** "streaming" (default) follows the files for ever; "static" reads what they hold at the start. */
  readonly mode?: "streaming" | "static";
  /**
   * Default: streaming commits 100 ms after the first new line, static everything at once. `marker`: a line of this
   * text commits, and nothing else does; `everyMs`, `everyRows`: by time and number.
   */
  readonly commit?: FileCommitOptions;
  /** A line that cannot be read ends the run ("fail", default), or is counted, logged and left out ("skip"). */
  readonly onError?: "fail" | "skip";
  /** The source's name in logs and keys; default: the path. */
  readonly name?: string;
}

export interface RawFileOptions extends CommonOptions {
  readonly format: "raw";
  /** "utf8": `data` is text, and a line that is not UTF-8 is a bad row. Default: bytes. */
  readonly encoding?: "utf8";
}

export interface CsvFileOptions extends CommonOptions, FieldOptions {
  readonly format: "csv";
  readonly csv?: CsvOptions;
}

export interface JsonFileOptions extends CommonOptions, FieldOptions {
  readonly format: "json";
}

export type FileReadOptions = RawFileOptions | CsvFileOptions | JsonFileOptions;

const commonNames = ["format", "mode", "commit", "onError", "name"];
const fieldNames = ["schema", "valueColumns", "primaryKey"];
const namesByFormat: Readonly<Record<FileReadOptions["format"], readonly string[]>> = {
  raw: [...commonNames, "encoding"],
  csv: [...commonNames, ...fieldNames, "csv"],
  json: [...commonNames, ...fieldNames],
};
const commitNames = ["marker", "everyMs", "everyRows", "maxPendingRows", "tail"];

const FOLLOW_COMMIT_MS = 100;

const check = new OptionCheck("pw.fs.read");

/** Throws TP_BAD_ARGUMENT naming the option. What concerns columns is checked where they are made. */
export function checkReadOptions(path: unknown, options: FileReadOptions): void {
  check.text("the path", path);
  if (typeof options !== "object" || options === null) {
    throw check.bad("the options are not an object", 'Give at least { format: "csv" }.');
  }
  check.oneOf("format", options.format, Object.keys(namesByFormat));
  check.object(options, `the options of format "${options.format}"`, namesByFormat[options.format]);
  const { mode, onError, name } = options;
  if (mode !== undefined) check.oneOf("mode", mode, ["streaming", "static"]);
  if (onError !== undefined) check.oneOf("onError", onError, ["fail", "skip"]);
  if (name !== undefined) check.text("name", name);
  if (options.format === "raw" && options.encoding !== undefined) {
    check.oneOf("encoding", options.encoding, ["utf8"]);
  }
}

/** The whole policy, from what the user wrote. Throws TP_BAD_ARGUMENT naming the option. */
export function fileCommitPolicy({ commit = {}, mode, format }: FileReadOptions): CommitPolicy {
  check.object(commit, "the options in commit", commitNames);
  const { marker = null, everyRows = null, tail, maxPendingRows } = commit;
  const followMs = mode === "static" || marker !== null ? null : FOLLOW_COMMIT_MS;
  const { everyMs = followMs } = commit;
  if (marker !== null) check.text("commit.marker", marker);
  if (everyMs !== null) check.positive("commit.everyMs", everyMs, false);
  if (everyRows !== null) check.positive("commit.everyRows", everyRows, true);
  if (maxPendingRows !== undefined) check.positive("commit.maxPendingRows", maxPendingRows, true);
  if (tail !== undefined) check.oneOf("commit.tail", tail, ["auto", "commit", "drop"]);
  if (mode !== "static" && marker === null && everyMs === null && everyRows === null) {
    throw check.bad(
      "commit: nothing would ever commit a row",
      "Leave commit.everyMs out, or set one of them.",
    );
  }
  return {
    ...defaultCommitPolicy,
    marker: format === "raw" ? marker : (marker?.trim() ?? null),
    everyMs,
    everyRows,
    ...(tail === undefined ? {} : { tail }),
    ...(maxPendingRows === undefined ? {} : { maxPendingRows }),
  };
}
