import { canonical } from "../oracle/value.ts";

/** Options of a reducer: as the plan holds them, and how the reducer is called with them. */
export interface ReducerVariant {
  readonly options: unknown;
  /** The arguments of `pw.reducers.…`, from the columns'. */
  readonly call: (columns: readonly unknown[]) => readonly unknown[];
}

/** A state that all rows make alike, in whatever order they come. */
function weighed(state: unknown, ...values: readonly unknown[]): number {
  return ((state as number | undefined) ?? 0) + values.map(canonical).join().length;
}

/** A state that shows the order of the rows. */
function joined(state: unknown, ...values: readonly unknown[]): string {
  return `${(state as string | undefined) ?? ""}<${values.map(canonical).join()}>`;
}

function withoutTwo(state: unknown, ...values: readonly unknown[]): unknown {
  if (canonical(values[0]).length === 2) throw new RangeError("two characters");
  return joined(state, ...values);
}

/** Changes the state that it is given. */
function collected(state: unknown[], ...values: readonly unknown[]): unknown[] {
  state.push(values.length, canonical(values[0]));
  return state;
}

function netWeight(state: unknown, changes: readonly { values: readonly unknown[]; diff: number }[]): number {
  return changes.reduce(
    (sum, { values, diff }) => sum + diff * weighed(0, ...values),
    (state as number | undefined) ?? 0,
  );
}

const dynamic = { name: "any", optional: true } as const;
const int = { name: "int", optional: false } as const;
const text = { name: "str", optional: false } as const;

const weighing = {
  init: () => 0,
  insert: weighed,
  remove: (state: unknown, ...values: readonly unknown[]) => (state as number) - weighed(0, ...values),
  result: (state: unknown) => state,
};
const collecting = { init: () => [], insert: collected, result: (state: unknown) => state };

const plain: ReducerVariant = { options: null, call: (columns) => columns };

function positional(options: object, ...more: readonly unknown[]): ReducerVariant {
  return { options, call: ([column, ...others]) => [column, ...more, ...others] };
}

function trailing(options: object | null, given: object): ReducerVariant {
  return { options, call: (columns) => [...columns, given] };
}

function leading(options: object, given: unknown, ...last: readonly unknown[]): ReducerVariant {
  return { options, call: (columns) => [given, ...columns, ...last] };
}

const ordering = (skipNulls: boolean): ReducerVariant => ({
  options: skipNulls ? { skipNulls } : null,
  call: ([column, orderBy]) => [column, { skipNulls, ...(orderBy === undefined ? {} : { orderBy }) }],
});

const variants: Readonly<Record<string, readonly ReducerVariant[]>> = {
  array: [ordering(false), ordering(true)],
  countDistinctApproximate: [trailing({ precision: 12 }, {}), trailing({ precision: 4 }, { precision: 4 })],
  custom: [
    leading({ ...weighing, type: int }, { ...weighing, type: "int" }),
    leading({ ...collecting, type: dynamic }, collecting),
  ],
  quantile: [positional({ p: 0.3 }, 0.3), positional({ p: 1 }, 1)],
  sortedTuple: [plain, trailing({ skipNulls: true }, { skipNulls: true })],
  statefulMany: [leading({ fn: netWeight, type: int }, netWeight, { type: "int" })],
  statefulSingle: [
    leading({ fn: joined, type: text }, joined, { type: "str" }),
    leading({ fn: withoutTwo, type: dynamic }, withoutTwo),
  ],
  stddev: [plain, trailing({ population: true }, { population: true })],
  topK: [positional({ k: 1 }, 1), positional({ k: 3 }, 3)],
  tuple: [ordering(false), ordering(true)],
  variance: [plain, trailing({ population: true }, { population: true })],
};

/** The options that a reducer is tried with, at least one. */
export function variantsOf(reducer: string): readonly ReducerVariant[] {
  return variants[reducer] ?? [plain];
}

export function variantOf(reducer: string, number = 0): ReducerVariant {
  const variant = variantsOf(reducer)[number];
  if (variant === undefined) throw new Error(`${reducer} has no variant ${number}`);
  return variant;
}
