import { formatSite, type SourceSite } from "../base/source-site.ts";
import { type ErrorCode, TowpathError } from "../errors.ts";

/** A cell that could not be computed, or a row that cannot stand in its table. */
export interface CellFailure {
  /** Where it is not the code of a failed cell. */
  readonly code?: ErrorCode;
  /** The operator, as `explain` calls it. */
  readonly operator: string;
  readonly site: SourceSite | null;
  readonly time: number;
  /** Where the row came from, or its values where that is no longer known. */
  readonly row: string;
  readonly detail: string;
  readonly cause: unknown;
}

/** Told of every cell that fails; may throw, which ends the run before the commit is released. */
export type FailureHandler = (failure: CellFailure) => void;

/** `onError: "fail"`: the first failed cell ends the run. */
export function failRun(failure: CellFailure): never {
  throw new TowpathError(
    failure.code ?? (failure.cause === undefined ? "TP_VALUE_FAILED" : "TP_FUNCTION_FAILED"),
    failure.detail,
    {
      where: `${failure.operator} at ${formatSite(failure.site)}, row ${failure.row}`,
      hint: "Nothing of this commit was written. Mend the row or the expression, or handle the case in it.",
      cause: failure.cause,
    },
  );
}
