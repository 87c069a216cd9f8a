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
// @ts-expect-error three columns
pw.reducers.argMax(visits.at, visits.page, visits.user);
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
