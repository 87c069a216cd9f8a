/** Generated rows as the payloads of messages. */
import { usage } from "../arguments.ts";
import type { GeneratedColumn } from "./columns.ts";
import type { Cell } from "./distributions.ts";

export const rowFormats = ["csv", "json", "raw"] as const;
export type RowFormat = (typeof rowFormats)[number];

/** What commits the rows before it (`pw.kafka.read`). */
export const commitMarker = "*COMMIT*";

export interface GeneratedRow {
  readonly payload: string;
  /** null: none was asked for, or the key's cell is null. */
  readonly key: string | null;
}

export interface RowMaker {
  /** The message before all rows; null where the format has none. */
  readonly header: string | null;
  next(now: number): GeneratedRow;
}

/** Makes rows, one after the other. Throws TP_USAGE where format, columns and key do not go together. */
export function rowMaker(
  format: RowFormat,
  columns: readonly GeneratedColumn[],
  keyColumn: string | undefined,
): RowMaker {
  const names = columns.map(({ name }) => name);
  const keyAt = keyColumn === undefined ? -1 : names.indexOf(keyColumn);
  if (keyColumn !== undefined && keyAt < 0) {
    throw usage(`--key: there is no column ${JSON.stringify(keyColumn)}`, `There are ${names.join(", ")}.`);
  }
  if (format === "raw" && columns.length !== 1) {
    throw usage(
      `--format raw with ${columns.length} columns`,
      "A raw message is one value: give one --column, or another format.",
    );
  }
  const payloadOf = payloadMaker(format, names);
  let row = 0;
  return {
    header: format === "csv" ? names.map(csvCell).join(",") : null,
    next(now) {
      const cells = columns.map(({ make }) => make(row, now));
      row++;
      const key = keyAt < 0 ? null : cells[keyAt];
      return { payload: payloadOf(cells), key: key === null ? null : String(key) };
    },
  };
}

function payloadMaker(format: RowFormat, names: readonly string[]): (cells: readonly Cell[]) => string {
  switch (format) {
    case "csv":
      return (cells) => cells.map(csvCell).join(",");
    case "json": {
      const labels = names.map((name) => JSON.stringify(name));
      return (cells) => `{${cells.map((cell, i) => `${labels[i]}:${JSON.stringify(cell)}`).join(",")}}`;
    }
    case "raw":
      return ([cell]) => (cell === null ? "" : String(cell));
  }
}

/** As RFC 4180 says; also quoted: the empty text, which is no null, and what would be read as a commit marker. */
function csvCell(cell: Cell): string {
  if (cell === null) return "";
  const text = String(cell);
  const plain = text !== "" && text.trim() === text && text !== commitMarker && !/[",\r\n]/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
}
