/** What must and must not compile of errors as values and of deduplicate. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: expect<Equal<A, B>>(). */
declare function expect<_ extends true>(): void;

declare const t: pw.Table<{ id: number; name: string; note: string | null }>;
declare const u: pw.Table<{ other: number }>;

const kept = t.deduplicate({
  value: t.id,
  instance: [t.name, "note"],
  order: (c) => c.id.neg(),
  acceptor: (id, accepted) => id > accepted,
});
expect<Equal<pw.RowOf<typeof kept>, pw.RowOf<typeof t>>>();
t.deduplicate({ value: "note", acceptor: (note, accepted) => note?.length === accepted?.length });
t.deduplicate({
  value: (c) => c.name,
  acceptor(name, accepted) {
    expect<Equal<typeof name, string>>();
    return name.length > accepted.length;
  },
});
// @ts-expect-error no such column
t.deduplicate({ value: "nmae" });
// @ts-expect-error a column of another table
t.deduplicate({ value: u.other });
// @ts-expect-error a value is needed
t.deduplicate({ instance: "name" });
// @ts-expect-error no boolean
t.deduplicate({ value: t.id, acceptor: (id: number) => id });
// @ts-expect-error the value is a number
t.deduplicate({ value: t.id, acceptor: (id: string) => id === "" });

const log = pw.errorLog();
expect<
  Equal<
    pw.RowOf<typeof log>,
    {
      readonly commit: number;
      readonly operator: string;
      readonly code: string;
      readonly message: string;
      readonly where: string | null;
      readonly origin: string | null;
      readonly rowKey: string | null;
      readonly row: string | null;
      readonly count: number;
    }
  >
>();
log.groupBy(log.code).reduce({ code: log.code, n: pw.reducers.sum(log.count) });

pw.run({ onError: "report" }).then(({ errors }) => expect<Equal<typeof errors, number>>());
// @ts-expect-error no such way
pw.run({ onError: "ignore" });
