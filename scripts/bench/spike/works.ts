/** What both halves of the spike measure, in both layouts. */
import { CHUNK_ROWS, type Customers, groupByColumns, joinColumns, type Pipeline } from "./columns.ts";
import { filterColumns, filterRowIds } from "./filter.ts";
import { groupByRowIds, joinRowIds } from "./row-ids.ts";
import { type Field, scanJson, scannedColumns, shapeOf } from "./scan.ts";

export interface Work {
  name: string;
  /** Which messages it reads. */
  topic: "words" | "orders";
  columns(): Pipeline;
  rowIds(): Pipeline;
}

/** The scan alone: in both layouts the same, and the floor of what follows. */
function scan(sample: string, fields: Field[]): Pipeline {
  const shape = shapeOf(sample, fields);
  const columns = scannedColumns(fields, CHUNK_ROWS);
  return {
    take: (bytes, ends, from, to) => void scanJson(bytes, ends, from, to, shape, columns),
    commit: () => 0,
  };
}

/** Works on `{"word":…}`. */
export function wordWorks(sample: string): Work[] {
  const scanned = () => scan(sample, [{ name: "word", text: true }]);
  return [
    { name: "scan word", topic: "words", columns: scanned, rowIds: scanned },
    {
      name: "wordcount",
      topic: "words",
      columns: () => groupByColumns(sample, "word", null),
      rowIds: () => groupByRowIds(sample, "word", null),
    },
  ];
}

function joinWork(sample: string, customers: Customers, keepLeft: boolean, carryHashes: boolean): Work {
  const name = keepLeft ? "join, left kept" : carryHashes ? "join, by segment" : "join, hashes again";
  return {
    name,
    topic: "orders",
    columns: () => joinColumns(sample, customers, { keepLeft, carryHashes }),
    rowIds: () => joinRowIds(sample, customers, { keepLeft }),
  };
}

/** Works on orders of five fields. */
export function orderWorks(sample: string, customers: Customers): Work[] {
  const fields = [
    { name: "region", text: true },
    { name: "amount", text: false },
  ];
  const scanned = () => scan(sample, fields);
  return [
    { name: "scan order", topic: "orders", columns: scanned, rowIds: scanned },
    {
      name: "group by region: count, sum",
      topic: "orders",
      columns: () => groupByColumns(sample, "region", "amount"),
      rowIds: () => groupByRowIds(sample, "region", "amount"),
    },
    joinWork(sample, customers, false, true),
    joinWork(sample, customers, false, false),
    joinWork(sample, customers, true, true),
    {
      name: "filter 10 %",
      topic: "orders",
      columns: () => filterColumns(sample, 9_000),
      rowIds: () => filterRowIds(sample, 9_000),
    },
  ];
}
