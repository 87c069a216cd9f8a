import type { Batch } from "../../lib/data/batch.ts";
import { NULL, type TextColumn } from "../../lib/data/column.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { formatType } from "../../lib/data/type.ts";
import { TowpathError } from "../../lib/errors.ts";
import type { ByteSink, Formatter, RecordOptions } from "../../lib/io/formatter.ts";
import { writeBytes } from "../../lib/kernels/json-write.ts";

/**
 * Writes the one column, `bytes` or `str`, as it is. There is no place for `diff` and `time`: whoever writes the message
 * says them elsewhere. Throws TP_BAD_SCHEMA for other columns.
 */
export class RawFormatter implements Formatter {
  readonly #position: number;

  constructor(columns: Columns, { positions }: RecordOptions = {}) {
    const type = columns[0]?.type;
    if (columns.length !== 1 || (type.name !== "bytes" && type.name !== "str")) {
      const given = columns.map((column) => `${column.name}: ${formatType(column.type)}`).join(", ");
      throw new TowpathError("TP_BAD_SCHEMA", `the format raw writes one column, not (${given})`, {
        hint: 'Leave one of type "bytes" or "str": .select((c) => ({ data: c.data })).',
      });
    }
    this.#position = positions?.[0] ?? 0;
  }

  isNull({ columns }: Batch, row: number): boolean {
    const { tags } = columns[this.#position];
    return tags !== null && tags[row] === NULL;
  }

  formatInto({ columns }: Batch, row: number, _diff: number, out: ByteSink): void {
    const { bytes, starts, ends } = columns[this.#position] as TextColumn;
    out.reserve(ends[row] - starts[row]);
    out.used = writeBytes(out.bytes, out.used, bytes, starts[row], ends[row]);
  }
}
