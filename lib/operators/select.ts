/**
 * New columns computed from each row; keys unchanged.
 *
 *   select(Δ) = { (e1(row), …, ek(row)), diff) : (row, diff) ∈ Δ }
 *
 * State: none, except where an expression calls a function that may answer differently next time and the input can
 * retract: then each row's results are remembered, so that a retraction carries what was inserted. Linear.
 * Columns passed through are not copied. Deletions may cancel insertions where columns were dropped, so such a batch
 * is consolidated. A failed cell is reported when its row comes, not again when it goes.
 */
import type { Batch } from "../data/batch.ts";
import { ABSENT, type Column } from "../data/column.ts";
import { consolidate } from "../data/consolidate.ts";
import { keyColumn } from "../data/key-column.ts";
import type { Columns } from "../data/schema.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import type { Operator } from "../dataflow/operator.ts";
import { compile, type Frame } from "../expressions/evaluate.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import { columnsRead, isDeterministic } from "../expressions/walk.ts";
import { RowMemo } from "../trace/row-memo.ts";
import { failedRow } from "./failed-row.ts";
import type { OperatorDefinition, OperatorSpec } from "./operator-definition.ts";
import { evaluateWithMemo } from "./select-memo.ts";

export interface SelectOptions {
  /** One a result column; a bare column is passed through. */
  readonly expressions: readonly ExpressionNode[];
}

export const select: OperatorDefinition = {
  name: "select",
  linear: true,
  create: (spec) => new Select(spec),
};

type Compute = (frame: Frame) => Column;

class Select implements Operator {
  readonly #inputColumns: Columns;
  readonly #expressions: readonly ExpressionNode[];
  readonly #computes: readonly (Compute | null)[];
  readonly #memo: RowMemo | null;
  /** The columns that the needed expressions read: what tells rows of one key apart. */
  readonly #reads: readonly number[];
  readonly #onFailure: FailureHandler;
  readonly #spec: OperatorSpec;

  constructor(spec: OperatorSpec) {
    const { expressions } = spec.options as SelectOptions;
    const [{ columns, appendOnly }] = spec.inputs;
    this.#spec = spec;
    this.#inputColumns = columns;
    this.#expressions = expressions;
    this.#onFailure = spec.onFailure;
    this.#computes = expressions.map((node, i) => (spec.needed[i] ? compile(node) : null));
    const needed = expressions.filter((_, i) => spec.needed[i]);
    this.#reads = [...new Set(needed.flatMap((node) => [...(columnsRead(node)[0] ?? [])]))].sort(
      (a, b) => a - b,
    );
    const remembers = expressions.some((node, i) => spec.needed[i] && !isDeterministic(node));
    this.#memo =
      remembers && !appendOnly
        ? new RowMemo(
            spec.columns.map(({ type }) => type),
            spec.needed,
          )
        : null;
  }

  get stateSize(): number {
    return this.#memo?.size ?? 0;
  }

  step([batch]: readonly (Batch | null)[]): Batch | null {
    if (batch === null) return null;
    const [{ uniqueKeys }] = this.#spec.inputs;
    if (this.#memo !== null)
      return evaluateWithMemo(batch, this.#reads, this.#memo, (rows) => this.#evaluate(rows), uniqueKeys);
    return consolidate(batch.withColumns(this.#evaluate(batch)), uniqueKeys);
  }

  save(writer: StateWriter): void {
    this.#memo?.save(writer);
  }

  load(reader: StateReader): void {
    this.#memo?.load(reader);
  }

  #evaluate(batch: Batch): Column[] {
    return this.#computes.map((compute, i) => {
      if (compute === null) return ABSENT;
      return compute({
        length: batch.length,
        columns: [batch.columns],
        keys: () => keyColumn(batch.keys, batch.length),
        failed: (row, site, detail, cause) => {
          if (batch.diffs !== null && batch.diffs[row] < 0) return;
          this.#onFailure({
            operator: "select",
            site: site ?? this.#spec.site,
            time: batch.time,
            row: failedRow(batch, this.#inputColumns, row, columnsRead(this.#expressions[i])[0] ?? []),
            detail,
            cause,
          });
        },
      });
    });
  }
}
