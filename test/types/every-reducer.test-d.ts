/** Right and wrong uses of each reducer. Checked by tsc, never run. */
import * as pw from "towpath";
import { expect, type FunctionName, type Is, typeTests } from "./expect-types.ts";

declare const t: pw.Table<{
  user: string;
  page: string | null;
  at: number;
  big: bigint;
  maybe: number | null;
  raw: unknown;
}>;

const r = pw.reducers;

typeTests<FunctionName<typeof pw.reducers>>({
  any() {
    const [page, at] = [r.any(t.page), r.any(t.at)];
    expect<Is<typeof page, string | null, never>>();
    expect<Is<typeof at, number, never>>();
    // @ts-expect-error no column
    r.any();
  },
  earliest() {
    const [page, at] = [r.earliest(t.page), r.earliest(t.at)];
    expect<Is<typeof page, string | null, never>>();
    expect<Is<typeof at, number, never>>();
    // @ts-expect-error no column
    r.earliest();
  },
  latest() {
    const [page, at] = [r.latest(t.page), r.latest(t.at)];
    expect<Is<typeof page, string | null, never>>();
    expect<Is<typeof at, number, never>>();
    // @ts-expect-error no column
    r.latest();
  },
  mode() {
    const [page, at] = [r.mode(t.page), r.mode(t.at)];
    expect<Is<typeof page, string | null, never>>();
    expect<Is<typeof at, number, never>>();
    // @ts-expect-error no column
    r.mode();
  },
  unique() {
    const [page, at] = [r.unique(t.page), r.unique(t.at)];
    expect<Is<typeof page, string | null, never>>();
    expect<Is<typeof at, number, never>>();
    // @ts-expect-error no column
    r.unique();
  },
  min() {
    const [page, at] = [r.min(t.page), r.min(t.at)];
    expect<Is<typeof page, string | null, never>>();
    expect<Is<typeof at, number, never>>();
    // @ts-expect-error no column
    r.min();
  },
  max() {
    const [page, at] = [r.max(t.page), r.max(t.at)];
    expect<Is<typeof page, string | null, never>>();
    expect<Is<typeof at, number, never>>();
    // @ts-expect-error no column
    r.max();
  },
  argMax() {
    const [row, page] = [r.argMax(t.at), r.argMax(t.at, t.page)];
    expect<Is<typeof row, string, never>>();
    expect<Is<typeof page, string | null, never>>();
    const several = r.argMax(t.at, t.user, t.big);
    expect<Is<typeof several, [string, bigint], never>>();
    // @ts-expect-error nothing to choose by
    r.argMax();
  },
  argMin() {
    const [row, page] = [r.argMin(t.at), r.argMin(t.at, t.page)];
    expect<Is<typeof row, string, never>>();
    expect<Is<typeof page, string | null, never>>();
    const several = r.argMin(t.at, t.user, t.big);
    expect<Is<typeof several, [string, bigint], never>>();
    // @ts-expect-error nothing to choose by
    r.argMin();
  },
  array() {
    const [pages, times] = [r.array(t.page), r.array(t.at, { orderBy: t.user })];
    expect<Is<typeof pages, (string | null)[], never>>();
    expect<Is<typeof times, number[], never>>();
    const present = r.array(t.page, { orderBy: t.at, skipNulls: true });
    expect<Is<typeof present, string[], never>>();
    // @ts-expect-error no such option
    r.array(t.page, { sortBy: t.at });
  },
  tuple() {
    const [pages, times] = [r.tuple(t.page), r.tuple(t.at, { orderBy: t.user })];
    expect<Is<typeof pages, (string | null)[], never>>();
    expect<Is<typeof times, number[], never>>();
    const present = r.tuple(t.page, { orderBy: t.at, skipNulls: true });
    expect<Is<typeof present, string[], never>>();
    // @ts-expect-error no such option
    r.tuple(t.page, { sortBy: t.at });
  },
  avg() {
    const mean = r.avg(t.at);
    expect<Is<typeof mean, number, never>>();
    // @ts-expect-error the mean of texts
    r.avg(t.user);
    // @ts-expect-error the mean of what may be null
    r.avg(t.maybe);
  },
  count() {
    const [rows, present] = [r.count(), r.count(t.page)];
    expect<Is<typeof rows, number, never>>();
    expect<Is<typeof present, number, never>>();
    // @ts-expect-error two columns
    r.count(t.page, t.at);
  },
  countDistinct() {
    const kinds = r.countDistinct(t.raw);
    expect<Is<typeof kinds, number, never>>();
    // @ts-expect-error no column
    r.countDistinct();
  },
  countDistinctApproximate() {
    const kinds = r.countDistinctApproximate(t.page, { precision: 14 });
    expect<Is<typeof kinds, number, never>>();
    // @ts-expect-error no such option
    r.countDistinctApproximate(t.page, { bits: 14 });
  },
  custom() {
    const longest = r.custom(
      {
        init: () => "",
        insert: (state, text) => (text.length > state.length ? text : state),
        result: (state) => state,
      },
      t.user,
    );
    expect<Is<typeof longest, string, never>>();
    const typed = r.custom(
      {
        init: () => 1,
        insert: (state, n) => state * n,
        remove: (state, n) => state / n,
        result: (state) => state,
        type: "float",
      },
      t.at,
    );
    expect<Is<typeof typed, number, never>>();
    // @ts-expect-error nothing inserts
    r.custom({ init: () => 0, result: (state: number) => state }, t.at);
    // @ts-expect-error the answer is a text
    r.custom({ init: () => 0, insert: (state) => state, result: () => "x", type: "int" }, t.at);
  },
  first() {
    const page = r.first(t.page, t.at);
    expect<Is<typeof page, string | null, never>>();
    // @ts-expect-error in no order
    r.first(t.page);
  },
  last() {
    const page = r.last(t.page, t.at);
    expect<Is<typeof page, string | null, never>>();
    // @ts-expect-error in no order
    r.last(t.page);
  },
  median() {
    const middle = r.median(t.at);
    expect<Is<typeof middle, number, never>>();
    // @ts-expect-error the median of texts
    r.median(t.user);
  },
  quantile() {
    const most = r.quantile(t.at, 0.99);
    expect<Is<typeof most, number, never>>();
    // @ts-expect-error which quantile
    r.quantile(t.at);
    // @ts-expect-error a quantile of texts
    r.quantile(t.user, 0.5);
  },
  sortedTuple() {
    const [pages, present] = [r.sortedTuple(t.page), r.sortedTuple(t.page, { skipNulls: true })];
    expect<Is<typeof pages, (string | null)[], never>>();
    expect<Is<typeof present, string[], never>>();
    // @ts-expect-error its order is that of the values
    r.sortedTuple(t.page, { orderBy: t.at });
  },
  statefulMany() {
    const net = r.statefulMany(
      (state: number | undefined, changes) =>
        changes.reduce((sum, { values: [at], diff }) => sum + diff * at, state ?? 0),
      t.at,
      { type: "int" },
    );
    expect<Is<typeof net, number, never>>();
    const plain = r.statefulMany((state: number | undefined, changes) => (state ?? 0) + changes.length, t.at);
    expect<Is<typeof plain, number | null, never>>();
    // @ts-expect-error the state is a text
    r.statefulMany((state: number | undefined) => `${state}`, t.at, { type: "int" });
  },
  statefulSingle() {
    const joined = r.statefulSingle((state: string | undefined, page) => `${state}${page}`, t.user, {
      type: "str",
    });
    expect<Is<typeof joined, string, never>>();
    const plain = r.statefulSingle((state: number | undefined, at) => (state ?? 0) + at, t.at);
    expect<Is<typeof plain, number, never>>();
    // @ts-expect-error the answer is a number
    r.statefulSingle((state: number | undefined, at) => (state ?? 0) + at, t.at, { type: "str" });
  },
  stddev() {
    const [ofSample, ofAll] = [r.stddev(t.at), r.stddev(t.at, { population: true })];
    expect<Is<typeof ofSample, number | null, never>>();
    expect<Is<typeof ofAll, number, never>>();
    // @ts-expect-error no numbers
    r.stddev(t.user);
  },
  variance() {
    const [ofSample, ofAll] = [r.variance(t.at), r.variance(t.at, { population: true })];
    expect<Is<typeof ofSample, number | null, never>>();
    expect<Is<typeof ofAll, number, never>>();
    // @ts-expect-error no numbers
    r.variance(t.user);
  },
  sum() {
    const [sum, bigSum] = [r.sum(t.at), r.sum(t.big)];
    expect<Is<typeof sum, number, never>>();
    expect<Is<typeof bigSum, bigint, never>>();
    // @ts-expect-error the sum of texts
    r.sum(t.user);
    // @ts-expect-error the sum of what may be null
    r.sum(t.maybe);
  },
  topK() {
    const [largest, byTime] = [r.topK(t.at, 3), r.topK(t.page, 3, t.at)];
    expect<Is<typeof largest, number[], never>>();
    expect<Is<typeof byTime, (string | null)[], never>>();
    // @ts-expect-error how many
    r.topK(t.at);
  },
});
