import { formatSite, type SourceSite } from "../base/source-site.ts";
import { type ErrorCode, TowpathError } from "../errors.ts";

/** The row that a failure is of. Reads the borrowed batch: ask within the call that tells of the failure. */
export interface FailedRow {
  /** Its key as a UUID; null where the plan needs no keys of such rows, so that there are none. */
  key(): string | null;
  /** "topic orders, partition 0, offset 17"; null unless it came straight from a source. */
  origin(): string | null;
  /** The cells that matter, as short text: "a=1, b=0". */
  cells(): string;
}

/** A cell that could not be computed, a row left out for one, or a row that cannot stand in its table. */
export interface CellFailure {
  /** Where it is not the code of a failed cell. */
  readonly code?: ErrorCode;
  /** The operator, as `explain` calls it. */
  readonly operator: string;
  readonly site: SourceSite | null;
  readonly time: number;
  readonly row: FailedRow;
  readonly detail: string;
  readonly cause: unknown;
}

/** Told of every cell that fails; may throw, which ends the run before the commit is released. */
export type FailureHandler = (failure: CellFailure) => void;

/** The code of a failure: its own, or its cause's, else that of a cell that failed by itself or in a function of the script. */
export function codeOf({ code, cause }: CellFailure): ErrorCode {
  if (code === undefined && cause instanceof TowpathError) return cause.code;
  return code ?? (cause === undefined ? "TP_VALUE_FAILED" : "TP_FUNCTION_FAILED");
}

/** `onError: "fail"`: the first failed cell ends the run. */
export function failRun(failure: CellFailure): never {
  throw new TowpathError(codeOf(failure), failure.detail, {
    where: `${failure.operator} at ${formatSite(failure.site)}, row ${describeRow(failure.row)}`,
    hint: "Nothing of this commit was written. Mend the row or the expression, or handle the case in it.",
    cause: failure.cause,
  });
}

/** Where a row came from, or its key, and its cells. */
export function describeRow(row: FailedRow): string {
  const origin = row.origin();
  const cells = row.cells();
  const name = origin === null ? row.key() : `from ${origin}`;
  return [name, cells === "" ? null : `with ${cells}`].filter((part) => part !== null).join(" ");
}
