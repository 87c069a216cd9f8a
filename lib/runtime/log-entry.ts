import { formatSite } from "../base/source-site.ts";
import type { Columns } from "../data/schema.ts";
import type { ColumnType, TypeName } from "../data/type.ts";
import { type CellFailure, codeOf } from "../dataflow/errors.ts";
import type { Rejection } from "../io/source.ts";

/** A row of `pw.errorLog()`. */
export interface LogEntry {
  /** The time of the commit in which it failed: that of what the outputs wrote of it. */
  readonly commit: number;
  /** What failed, as `towpath explain` calls it; of a rejected message the source's name. */
  readonly operator: string;
  /** An error code; docs/errors.md lists them. */
  readonly code: string;
  readonly message: string;
  /** The line of the script, `file:line`. */
  readonly where: string | null;
  /** "topic orders, partition 0, offset 17"; null where the row did not come straight from a source. */
  readonly origin: string | null;
  /** The row's key; null for a rejected message. */
  readonly rowKey: string | null;
  /** The cells that matter, as short text; null for a rejected message. */
  readonly row: string | null;
  /** How many failures the entry stands for: 1, but for the last entry of those that are not listed one by one. */
  readonly count: number;
}

const types: Readonly<Record<keyof LogEntry, ColumnType>> = {
  commit: required("int"),
  operator: required("str"),
  code: required("str"),
  message: required("str"),
  where: optional("str"),
  origin: optional("str"),
  rowKey: optional("pointer"),
  row: optional("str"),
  count: required("int"),
};

export const logColumns: Columns = Object.entries(types).map(([name, type]) => ({ name, type }));

export function entryOf(failure: CellFailure): LogEntry {
  const { operator, site, time, row, detail } = failure;
  return {
    commit: time - (time % 2),
    operator,
    code: codeOf(failure),
    message: detail,
    where: site === null ? null : formatSite(site),
    origin: row.origin(),
    rowKey: row.key(),
    row: row.cells(),
    count: 1,
  };
}

/** A message that `source` has left out of its commit. */
export function rejectedEntry(source: string, { code, detail, origin }: Rejection, commit: number): LogEntry {
  return {
    commit,
    operator: source,
    code,
    message: detail,
    where: null,
    origin,
    rowKey: null,
    row: null,
    count: 1,
  };
}

/** Stands for the failures that an entry like `last` would have been made of, had there been fewer of them. */
export function omittedEntry(last: LogEntry, count: number): LogEntry {
  const message = `${count} further failures of this commit are not listed`;
  return { ...last, message, origin: null, rowKey: null, row: null, count };
}

function required(name: TypeName): ColumnType {
  return { name, optional: false };
}

function optional(name: TypeName): ColumnType {
  return { name, optional: true };
}
