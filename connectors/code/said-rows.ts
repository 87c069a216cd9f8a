import { deserialize, serialize } from "node:v8";
import type { Batch } from "../../lib/data/batch.ts";
import { readCell } from "../../lib/data/cell.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";

/** What a commit of an input was made of, so that it can be said again. */
export interface SaidRows {
  /** By column: the rows' values. */
  readonly cells: readonly (readonly unknown[])[];
  /** 1 where a row was taken away. */
  readonly gone: Uint8Array;
}

/** A commit in the journal may be this long; a larger one cannot be kept. */
const BYTES_MAX = 1 << 28;

/** Rows of a batch as they were said. */
export function saidRows(
  { columns, length }: Pick<Batch, "columns" | "length">,
  schema: Columns,
  gone: Uint8Array,
): SaidRows {
  const cells = schema.map(({ type }, i) =>
    Array.from({ length }, (_, row) => readCell(columns[i], type, row)),
  );
  return { cells, gone };
}

/** As text for the journal. Throws TP_COMMIT_TOO_LARGE. */
export function encodeRows(said: SaidRows, where: string): string {
  const bytes = serialize(said);
  if (bytes.length <= BYTES_MAX) return bytes.toString("base64");
  throw new TowpathError(
    "TP_COMMIT_TOO_LARGE",
    `a commit of ${said.gone.length} rows takes ${bytes.length} bytes`,
    {
      where,
      hint: `With persistence the journal holds what pw.input is given, and ${BYTES_MAX} bytes of a commit at most: commit more often.`,
    },
  );
}

/** The rows of a text of `encodeRows`, as objects. Throws TP_STATE_FORMAT. */
export function decodeRows(
  text: unknown,
  columns: Columns,
): { readonly row: object; readonly isGone: boolean }[] {
  const said = typeof text === "string" ? (deserialize(Buffer.from(text, "base64")) as SaidRows) : null;
  if (said === null || said.cells.length !== columns.length) {
    throw new TowpathError("TP_STATE_FORMAT", "the journal has another kind of commit for this input");
  }
  return Array.from(said.gone, (isGone, i) => {
    const cells = columns.map(({ name }, column) => [name, said.cells[column][i]] as const);
    return { row: Object.fromEntries(cells), isGone: isGone === 1 };
  });
}
