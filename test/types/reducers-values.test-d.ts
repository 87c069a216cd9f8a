/** What must and must not compile of the reducers that keep values. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: expect<Equal<A, B>>(). */
declare function expect<_ extends true>(): void;

declare const visits: pw.Table<{ user: string; page: string | null; at: number; big: bigint; raw: unknown }>;

const byUser = visits.groupBy(visits.user).reduce({
  any: pw.reducers.any(visits.page),
  most: pw.reducers.argMax(visits.at),
  mostPage: pw.reducers.argMax(visits.at, visits.page),
  least: pw.reducers.argMin(visits.page),
  leastBig: pw.reducers.argMin(visits.page, visits.big),
  kinds: pw.reducers.countDistinct(visits.raw),
  first: pw.reducers.earliest(visits.big),
  last: pw.reducers.latest(visits.page),
  sorted: pw.reducers.sortedTuple(visits.page),
  sortedPages: pw.reducers.sortedTuple(visits.page, { skipNulls: true }),
  path: pw.reducers.tuple(visits.page, { orderBy: visits.at }),
  pages: pw.reducers.tuple(visits.page, { orderBy: visits.at, skipNulls: true }),
  times: pw.reducers.tuple(visits.at),
  only: pw.reducers.unique(visits.page),
});
expect<
  Equal<
    typeof byUser,
    pw.Table<{
      any: string | null;
      most: string;
      mostPage: string | null;
      least: string;
      leastBig: bigint;
      kinds: number;
      first: bigint;
      last: string | null;
      sorted: (string | null)[];
      sortedPages: string[];
      path: (string | null)[];
      pages: string[];
      times: number[];
      only: string | null;
    }>
  >
>();

// Answers are expressions.
const longest = visits.reduce({ after: pw.reducers.latest(visits.at).sub(pw.reducers.earliest(visits.at)) });
expect<Equal<typeof longest, pw.Table<{ after: number }>>>();
const constant = visits.reduce({ n: pw.reducers.any(1), texts: pw.reducers.tuple("x") });
expect<Equal<typeof constant, pw.Table<{ n: number; texts: string[] }>>>();

// @ts-expect-error a column that is not there
visits.reduce((c) => ({ x: pw.reducers.any(c.pge) }));
// @ts-expect-error nothing to choose from
pw.reducers.argMin();
const several = visits.reduce({
  array: pw.reducers.array(visits.page, { orderBy: visits.at, skipNulls: true }),
  users: pw.reducers.countDistinctApproximate(visits.user, { precision: 14 }),
  firstPage: pw.reducers.first(visits.page, visits.at),
  lastAt: pw.reducers.last(visits.at, visits.page),
  middle: pw.reducers.median(visits.at),
  usual: pw.reducers.mode(visits.page),
  late: pw.reducers.quantile(visits.at, 0.9),
  sample: pw.reducers.stddev(visits.at),
  whole: pw.reducers.stddev(visits.at, { population: true }),
  noise: pw.reducers.variance(visits.at),
  wholeNoise: pw.reducers.variance(visits.at, { population: true }),
  newest: pw.reducers.topK(visits.page, 3, visits.at),
  pair: pw.reducers.argMax(visits.at, visits.page, visits.user),
  streak: pw.reducers.statefulSingle((state: number | undefined, at) => (state ?? 0) + at, visits.at),
  longest: pw.reducers.statefulSingle((state: string | undefined, page) => page ?? state ?? "", visits.page, {
    type: "str",
  }),
  net: pw.reducers.statefulMany(
    (state: number | undefined, changes) =>
      changes.reduce((sum, { values: [at], diff }) => sum + at * diff, state ?? 0),
    visits.at,
    { type: "float" },
  ),
  product: pw.reducers.custom(
    { init: () => 1, insert: (state, at, big) => state * at * Number(big), result: (state) => [state] },
    visits.at,
    visits.big,
  ),
  typed: pw.reducers.custom(
    { init: () => 1, insert: (state, at) => state * at, result: (state) => state, type: "int" },
    visits.at,
  ),
});
expect<
  Equal<
    typeof several,
    pw.Table<{
      array: string[];
      users: number;
      firstPage: string | null;
      lastAt: number;
      middle: number;
      usual: string | null;
      late: number;
      sample: number | null;
      whole: number;
      noise: number | null;
      wholeNoise: number;
      newest: (string | null)[];
      pair: [string | null, string];
      streak: number;
      longest: string;
      net: number;
      product: number[];
      typed: number;
    }>
  >
>();

// @ts-expect-error first of what order
pw.reducers.first(visits.page);
// @ts-expect-error no text
pw.reducers.median(visits.user);
// @ts-expect-error how much
pw.reducers.quantile(visits.at);
// @ts-expect-error no result
pw.reducers.custom({ init: () => 0, insert: (n: number) => n }, visits.at);
// @ts-expect-error a text, not a number
pw.reducers.statefulSingle((_state: number | undefined, page: number) => page, visits.user);
// @ts-expect-error an option that is not there
pw.reducers.sortedTuple(visits.page, { skipnulls: true });
// @ts-expect-error values are sorted by themselves
pw.reducers.sortedTuple(visits.page, { orderBy: visits.at });
// @ts-expect-error a choice needs a column
pw.reducers.any();
// @ts-expect-error arithmetic on what may be null
visits.reduce({ x: pw.reducers.latest(visits.page).add(1) });
// @ts-expect-error neither grouped nor reduced
visits.groupBy(visits.user).reduce({ x: pw.reducers.any(visits.page), at: visits.at });
