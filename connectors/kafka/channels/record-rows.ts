import { Failed } from "../../../lib/data/coerce.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { cellOf } from "../../formats/avro/avro-layout.ts";
import type { AvroType } from "../../formats/avro/avro-schema.ts";

/** What makes a record an object of values by column; a record that is no object is the only column's value. */
export function recordRows(type: AvroType, columns: Columns): (record: unknown) => object {
  const fieldsOf = (record: unknown): Record<string, unknown> =>
    type.kind === "record" ? (record as Record<string, unknown>) : { [columns[0].name]: record };
  return (record) => {
    const fields = fieldsOf(record);
    const row: Record<string, unknown> = {};
    for (const { name, type: column } of columns) {
      const value = cellOf(fields[name], column);
      if (value instanceof Failed) throw new TowpathError(value.code, `field "${name}": ${value.detail}`);
      row[name] = value;
    }
    return row;
  };
}
