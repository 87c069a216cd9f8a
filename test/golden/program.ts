/**
 * A program said once, as data, for Towpath (`build-table.ts`) and for Pathway (`scripts/golden/record.py`).
 *
 * Names of steps, functions and types are Towpath's.
 */
export interface Program {
  /** Drawings as `pw.debug.tableFromMarkdown` takes them, by the name that steps call them. `None` is null. */
  readonly tables: Readonly<Record<string, string>>;
  /** What is made, in order; the last one is the program's result. */
  readonly steps: Readonly<Record<string, Step>>;
  /** "report": failed cells are values that can be looked at, not the program's end. */
  readonly onError?: "report";
}

/**
 * A value; a column, as `"$name"` (`"$id"` is the row's key, in a join they are `"$left.name"` and `"$right.name"`); or
 * a call: the function's name and its arguments, of a method the object first.
 */
export type Expr = number | boolean | null | string | Call;
export interface Call extends ReadonlyArray<Expr> {
  readonly 0: string;
}

export type Columns = Readonly<Record<string, Expr>>;
type Names = readonly string[];

/** The method, the tables that it is about, and its arguments. */
export type Step =
  | readonly ["select", table: string, columns: Columns]
  | readonly ["withColumns", table: string, columns: Columns]
  | readonly ["reduce", table: string, columns: Columns]
  | readonly ["filter", table: string, condition: Expr]
  | readonly ["splitMatching", table: string, condition: Expr]
  | readonly ["splitRest", table: string, condition: Expr]
  | readonly ["without", table: string, names: Names]
  | readonly ["rename", table: string, names: Readonly<Record<string, string>>]
  | readonly ["castTypes", table: string, types: Readonly<Record<string, string>>]
  | readonly ["groupBy", table: string, by: readonly Expr[], columns: Columns]
  | readonly ["flatten", table: string, column: string]
  | readonly ["removeErrors", table: string]
  | readonly ["withIdFrom", table: string, values: readonly Expr[]]
  | readonly ["concat", tables: Names]
  | readonly ["concatReindex", tables: Names]
  | readonly ["updateRows", table: string, other: string]
  | readonly ["intersect", table: string, others: Names]
  | readonly ["difference", table: string, other: string]
  | readonly ["restrict", table: string, other: string]
  | readonly ["updateCells", table: string, other: string]
  | readonly [
      "ixRef",
      looking: string,
      target: string,
      values: readonly Expr[],
      options: { optional?: boolean },
    ]
  /** A column of each row, of the row before it and of the row after it. */
  | readonly ["sort", table: string, key: string, column: string, instance: string | null]
  | readonly ["diff", table: string, key: string, value: string, instance: string | null]
  | readonly ["interpolate", table: string, time: string, value: string]
  | readonly ["toStream", table: string, column: string]
  | readonly ["fromStream", table: string, column: string]
  | readonly ["deduplicate", table: string, options: Deduplication]
  | readonly ["join", mode: JoinMode, left: string, right: string, on: readonly Pair[], columns: Columns]
  /** Tables joined one after another without a table between; columns are "$table.name". */
  | readonly ["chain", first: string, links: readonly Link[], end: ChainEnd];

export type JoinMode = "join" | "joinLeft" | "joinRight" | "joinOuter";
export type Pair = readonly [left: Expr, right: Expr];

export type Link =
  | readonly [mode: JoinMode, table: string, on: readonly Pair[]]
  | readonly ["filter", condition: Expr];
export type ChainEnd =
  | readonly ["select" | "reduce", columns: Columns]
  | readonly ["groupBy", by: readonly Expr[], columns: Columns];

interface Deduplication {
  readonly value: Expr;
  readonly instance?: Expr;
  readonly acceptor: Acceptor;
}

/** Whether a value is accepted after another: where it is another, where it is greater, where it is 3 or more away. */
export type Acceptor = "differs" | "higher" | "threeAway";
