import type { ColumnType } from "../../lib/data/type.ts";
import { canonical } from "./value.ts";

/** What a row is: a source's row, a group of values, a pair of rows. Equal keys have equal texts, and no others. */
export type OracleKey =
  | { readonly text: string; readonly source: number; readonly number: number }
  | { readonly text: string; readonly values: readonly unknown[]; readonly types: readonly ColumnType[] }
  | { readonly text: string; readonly of: OracleKey; readonly item: number }
  | { readonly text: string; readonly left: OracleKey | null; readonly right: OracleKey | null };

export function sourceKey(source: number, number: number): OracleKey {
  return { text: `row ${number} of ${source}`, source, number };
}

/** A text, the same text as JSON data, and a pointer that reads like it are different values. */
export function groupKey(values: readonly unknown[], types: readonly ColumnType[]): OracleKey {
  const texts = values.map((value, i) => {
    const name = types[i]?.name;
    const isApart = value !== null && (name === "json" || name === "pointer");
    return isApart ? `${name} ${canonical(value)}` : canonical(value);
  });
  return { text: `group(${texts.join(", ")})`, values, types };
}

/** null stands for the side that has no partner. */
export function pairKey(left: OracleKey | null, right: OracleKey | null): OracleKey {
  return { text: `pair(${left?.text ?? "none"}, ${right?.text ?? "none"})`, left, right };
}

/** One of several under a key. */
export function itemKey(of: OracleKey, item: number): OracleKey {
  return { text: `item ${item} of (${of.text})`, of, item };
}

export interface OracleRow {
  readonly key: OracleKey;
  readonly row: readonly unknown[];
}

/** A multiset: a row that is there twice stands there twice. */
export type OracleTable = readonly OracleRow[];

/** A text that equal rows (key and values) share. */
export function identity(row: OracleRow): string {
  return `${row.key.text} → ${row.row.map(canonical).join(" | ")}`;
}

export interface OracleChange extends OracleRow {
  readonly diff: number;
}

/** What must be added to `before` to come to `after`: nothing else is in a minimal delta. */
export function difference(before: OracleTable, after: OracleTable): OracleChange[] {
  const changes = new Map<string, { key: OracleKey; row: readonly unknown[]; diff: number }>();
  for (const [table, diff] of [[before, -1] as const, [after, 1] as const]) {
    for (const row of table) {
      const id = identity(row);
      const change = changes.get(id);
      if (change === undefined) changes.set(id, { ...row, diff });
      else change.diff += diff;
    }
  }
  return [...changes.values()].filter((change) => change.diff !== 0);
}
