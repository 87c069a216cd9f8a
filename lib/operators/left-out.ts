import type { SourceSite } from "../base/source-site.ts";
import type { Batch } from "../data/batch.ts";
import { ERROR } from "../data/column.ts";
import { withoutFailures } from "../data/failed-rows.ts";
import type { Columns } from "../data/schema.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import { failedRow } from "./failed-row.ts";

/** Who leaves rows out, and what it says of one. */
export interface LeftOut {
  readonly operator: string;
  readonly site: SourceSite | null;
  /** The columns of the batch. */
  readonly columns: Columns;
  readonly onFailure: FailureHandler;
  /** A sentence, given the name of a column that failed. */
  detail(column: string): string;
}

/** The rows none of whose cells at `positions` failed; null where none is left. Tells of the others, as they come. */
export function withoutFailed(batch: Batch, positions: readonly number[], told: LeftOut): Batch | null {
  const kept = withoutFailures(
    batch,
    positions.map((position) => batch.columns[position]),
  );
  if (kept !== batch) reportFailed(batch, positions, told);
  return kept;
}

/** Tells once of each row that comes with a failed cell at `positions`; a row that goes has been told of. */
export function reportFailed(batch: Batch, positions: readonly number[], told: LeftOut): void {
  for (let row = 0; row < batch.length; row++) {
    if (batch.diffs !== null && batch.diffs[row] < 0) continue;
    const failed = positions.find((position) => batch.columns[position].tags?.[row] === ERROR);
    if (failed === undefined) continue;
    told.onFailure({
      code: "TP_FAILED_ROW",
      operator: told.operator,
      site: told.site,
      time: batch.time,
      row: failedRow(batch, told.columns, row),
      detail: told.detail(told.columns[failed].name),
      cause: undefined,
    });
  }
}
