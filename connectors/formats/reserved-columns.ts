import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { RecordOptions } from "../../lib/io/formatter.ts";

/** Throws TP_COLUMN_RESERVED where a column has the name of one that records get: `diff`, `time`, `key`. */
export function refuseReserved(
  columns: Columns,
  { changes = true, includeKey = false }: RecordOptions,
): void {
  const taken = [...(changes ? ["diff", "time"] : []), ...(includeKey ? ["key"] : [])];
  const reserved = columns.find(({ name }) => taken.includes(name));
  if (reserved === undefined) return;
  const { name } = reserved;
  const why = name === "key" ? "together with the row's key" : "as updates";
  throw new TowpathError("TP_COLUMN_RESERVED", `a column called "${name}" cannot be written ${why}`, {
    hint: `Rename it before writing: .rename({ ${name}Value: table.col("${name}") }).`,
  });
}
