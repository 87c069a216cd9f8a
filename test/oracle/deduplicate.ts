import type { ColumnType } from "../../lib/data/type.ts";
import { EngineKeys } from "../fuzz/engine-key.ts";
import { difference, groupKey, type OracleRow, type OracleTable } from "./table.ts";
import { canonical, ERROR, isEqual, order } from "./value.ts";

export interface DeduplicateOptions {
  readonly value: number;
  readonly instance: readonly number[];
  readonly order: number | null;
  readonly acceptor: ((value: unknown, accepted: unknown) => boolean) | null;
}

/** What a node has seen: the rows of the time before, and the row that it accepted last of each instance. */
export class Accepted {
  #before: OracleTable = [];
  readonly #rows = new Map<string, OracleRow>();

  /** Offers the rows that are there and were not before, one by one in their order; what was accepted is the answer. */
  settle(table: OracleTable, options: DeduplicateOptions, types: readonly ColumnType[]): OracleTable {
    const { value, instance } = options;
    const come = difference(this.#before, table).filter(
      ({ row, diff }) => diff > 0 && !looked(options).some((i) => row[i] === ERROR),
    );
    this.#before = table;
    for (const offered of come.sort(byOrder(options, types))) {
      const key = groupKey(
        instance.map((position) => offered.row[position]),
        instance.map((position) => types[position] as ColumnType),
      );
      const accepted = this.#rows.get(key.text);
      if (accepted === undefined || accepts(options, offered.row[value], accepted.row[value]))
        this.#rows.set(key.text, { key, row: offered.row });
    }
    return [...this.#rows.values()];
  }
}

function looked({ value, instance, order: by }: DeduplicateOptions): number[] {
  return [value, ...instance, ...(by === null ? [] : [by])];
}

/** An acceptor that throws, or answers with something else than true, does not accept. */
function accepts({ acceptor }: DeduplicateOptions, value: unknown, accepted: unknown): boolean {
  if (acceptor === null) return !isEqual(value, accepted);
  try {
    return acceptor(value, accepted) === true;
  } catch {
    return false;
  }
}

function byOrder(
  { value, order: by }: DeduplicateOptions,
  types: readonly ColumnType[],
): (a: OracleRow, b: OracleRow) => number {
  const keys = new EngineKeys();
  const compare = (position: number, a: OracleRow, b: OracleRow): number => {
    const [x, y] = [a.row[position], b.row[position]];
    if (x === ERROR || y === ERROR) return Number(x === ERROR) - Number(y === ERROR);
    // JSON data is in the order of its text.
    const isText = types[position]?.name === "json" && x !== null && y !== null;
    return isText ? order(canonical(x), canonical(y)) : order(x, y);
  };
  return (a, b) =>
    (by === null ? 0 : compare(by, a, b)) ||
    compare(value, a, b) ||
    order(keys.uuidOf(a.key), keys.uuidOf(b.key)) ||
    types.reduce((difference, _, position) => difference || compare(position, a, b), 0);
}
