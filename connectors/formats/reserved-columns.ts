import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";

/** Throws TP_COLUMN_RESERVED where a column has the name of one that records of updates get: `diff`, `time`. */
export function refuseReserved(columns: Columns): void {
  const reserved = columns.find(({ name }) => name === "diff" || name === "time");
  if (reserved === undefined) return;
  const { name } = reserved;
  throw new TowpathError("TP_COLUMN_RESERVED", `a column called "${name}" cannot be written as updates`, {
    hint: `Rename it before writing: .rename({ ${name}Value: table.col("${name}") }).`,
  });
}
