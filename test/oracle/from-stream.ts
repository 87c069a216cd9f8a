import { difference, type OracleRow, type OracleTable } from "./table.ts";
import { canonical, ERROR, order } from "./value.ts";

/** The table that events tell of, time by time. */
export class ToldTable {
  #before: OracleTable = [];
  readonly #rows = new Map<string, OracleRow>();

  settle(table: OracleTable, isUpsert: number, isJson: readonly boolean[]): OracleTable {
    const events = difference(this.#before, table).filter(
      ({ row, diff }) => diff > 0 && row[isUpsert] !== ERROR,
    );
    this.#before = table;
    for (const { key } of events) this.#rows.delete(key.text);
    for (const { key, row } of events.filter((event) => event.row[isUpsert] === true)) {
      const other = this.#rows.get(key.text);
      if (other === undefined || compareRows(row, other.row, isJson) > 0)
        this.#rows.set(key.text, { key, row });
    }
    return [...this.#rows.values()];
  }
}

function compareRows(a: readonly unknown[], b: readonly unknown[], isJson: readonly boolean[]): number {
  return a.reduce<number>((difference, x, i) => difference || compare(x, b[i], isJson[i] === true), 0);
}

function compare(x: unknown, y: unknown, isJson: boolean): number {
  if (x === ERROR || y === ERROR) return Number(x === ERROR) - Number(y === ERROR);
  return isJson && x !== null && y !== null ? order(canonical(x), canonical(y)) : order(x, y);
}
