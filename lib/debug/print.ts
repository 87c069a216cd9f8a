import { ERROR_VALUE, stableJson } from "../data/value.ts";
import type { TableMethods } from "../table/table.ts";
import { type ComputeOptions, columnNames, compute, computeUpdates } from "./compute.ts";

/** Characters of a key that are shown. */
const KEY_LENGTH = 8;

/**
 * Computes a table and prints its rows, sorted by key, to standard output. As `compute`.
 *
 * @example await pw.debug.computeAndPrint(t);
 */
export async function computeAndPrint<C>(
  table: TableMethods<C>,
  options: ComputeOptions = {},
): Promise<void> {
  const names = columnNames(table);
  const rows = await compute(table, options);
  print([["", ...names], ...rows.map(({ key, row }) => [keyText(key), ...cellsOf(row, names)])]);
}

/**
 * Computes a table and prints each of its changes with its time and diff, by time, deletions first. As `compute`.
 *
 * @example await pw.debug.computeAndPrintUpdateStream(t);
 */
export async function computeAndPrintUpdateStream<C>(
  table: TableMethods<C>,
  options: ComputeOptions = {},
): Promise<void> {
  const names = columnNames(table);
  const changes = await computeUpdates(table, options);
  const rows = changes.map(({ key, row, time, diff }) => [
    keyText(key),
    ...cellsOf(row, names),
    String(time),
    String(diff),
  ]);
  print([["", ...names, "__time__", "__diff__"], ...rows]);
}

function keyText(key: string): string {
  return `^${key.slice(0, KEY_LENGTH)}...`;
}

function cellsOf(row: unknown, names: readonly string[]): string[] {
  return names.map((name) => cellText((row as Record<string, unknown>)[name]));
}

function cellText(value: unknown): string {
  if (value === ERROR_VALUE) return "ERROR";
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (typeof value === "object" && value !== null) return stableJson(value);
  return typeof value === "string" ? value.replaceAll("\n", "\\n") : String(value);
}

/** One line a row, cells padded to their columns' width and parted by bars. */
function print(rows: readonly (readonly string[])[]): void {
  const widths = rows[0].map((_, i) => rows.reduce((width, row) => Math.max(width, [...row[i]].length), 0));
  const lines = rows.map((row) =>
    row.map((cell, i) => cell + " ".repeat(widths[i] - [...cell].length)).join(" | "),
  );
  console.log(lines.map((line) => line.trimEnd()).join("\n"));
}
