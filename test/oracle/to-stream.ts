import { difference, type OracleRow, type OracleTable } from "./table.ts";

/** The changes of a table, time by time: what each touched key came to, or the row that went. */
export class ChangeLog {
  #before: OracleTable = [];
  readonly #events: OracleRow[] = [];

  settle(table: OracleTable): OracleTable {
    const changes = difference(this.#before, table);
    this.#before = table;
    const come = new Set(changes.filter(({ diff }) => diff > 0).map(({ key }) => key.text));
    for (const { key, row, diff } of changes)
      if (diff > 0 || !come.has(key.text)) this.#events.push({ key, row: [...row, diff > 0] });
    return [...this.#events];
  }
}
