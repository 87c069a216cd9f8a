/** What must and must not compile of keys and of the operations on whole tables. Checked by tsc, never run. */
import * as pw from "towpath";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`: expect<Equal<A, B>>(). */
declare function expect<_ extends true>(): void;

declare const t: pw.Table<{ id: number; name: string; note: string | null; data: unknown }>;
declare const u: pw.Table<{ id: number }>;

const keyed = t.select({ key: pw.keyOf(t), ref: t.pointerFrom(t.name, 1) });
expect<Equal<pw.RowOf<typeof keyed>, { key: string; ref: string }>>();
t.select((c) => ({ key: pw.keyOf(c) }));
t.select({ ref: t.pointerFrom((c) => [c.name, c.note]) });
// @ts-expect-error no table
pw.keyOf(3);
// @ts-expect-error a misspelt column
t.pointerFrom((c) => c.nmae);

expect<Equal<pw.RowOf<ReturnType<typeof t.withIdFrom>>, pw.RowOf<typeof t>>>();
t.withIdFrom(t.name, (c) => c.note);

const cast = t.castTypes({ id: "str", note: "float", data: "int" });
expect<Equal<pw.RowOf<typeof cast>, { id: string; name: string; note: number | null; data: number }>>();
// @ts-expect-error no such column
t.castTypes({ nmae: "str" });
// @ts-expect-error no such type
t.castTypes({ name: "text" });

const [some, rest] = t.split(t.id.gt(3));
expect<Equal<pw.RowOf<typeof some>, pw.RowOf<typeof t>>>();
expect<Equal<pw.RowOf<typeof rest>, pw.RowOf<typeof t>>>();
// @ts-expect-error no bool
t.split(t.id);

const flat = t.flatten("note").flatten((c) => c.data);
expect<Equal<pw.RowOf<typeof flat>, { id: number; name: string; note: string; data: unknown }>>();
// @ts-expect-error no such column
t.flatten("nmae");

t.updateRows(some).concatReindex(rest).removeErrors();
// @ts-expect-error other columns
t.updateRows(u);
// @ts-expect-error other columns
t.concatReindex(u);
