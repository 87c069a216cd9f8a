import { keyOfValues } from "../data/row-key.ts";
import type { Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import type { Table } from "../table/table.ts";
import type { GivenChange } from "./given-rows.ts";
import { givenTable } from "./given-table.ts";
import { cellValue, inferType } from "./infer.ts";
import { badMarkdown, type Markdown, type MarkdownRow, parseMarkdown } from "./markdown.ts";
import { keyedByPosition, type Unkeyed } from "./position-key.ts";

/** Columns of which nothing is known when the script is compiled: every operation on them compiles. */
export type LooseColumns = Record<string, never>;

const TIME = "__time__";
const DIFF = "__diff__";

/**
 * A table from a drawing of it, for tests and examples.
 *
 * - An unnamed first column holds the rows' ids: a row's key is a hash of it, so that a later line can take the row
 *   away. Without ids the key is the table and the row's position, and a deletion takes the oldest row with these values.
 * - `__time__` (even, default 0) says when a row comes, `__diff__` (1 or -1, default 1) whether it comes or goes.
 * - Values are read as int, float, bool, `null` (or nothing at all), else as text; in quotes they are text. A column
 *   has the narrowest type that fits: ints and floats make floats, other mixtures text.
 *
 * Give the columns' types to have them checked: `tableFromMarkdown<{ word: string; n: number }>(…)`.
 *
 * @throws TowpathError TP_MARKDOWN naming the line; TP_COLUMN_DUPLICATE.
 * @example
 * const t = pw.debug.tableFromMarkdown(`
 *     | word | n | __time__ | __diff__
 *   1 | a    | 3 | 2        | 1
 *   1 | a    | 3 | 4        | -1
 * `);
 */
export function tableFromMarkdown<C = LooseColumns>(markdown: string): Table<C> {
  const parsed = parseMarkdown(markdown);
  const { names, rows } = parsed;
  const data = names.map((name, i) => ({ name, i })).filter(({ name }) => name !== TIME && name !== DIFF);
  checkNames(names, data.length);
  const columns: Columns = data.map(({ name, i }) => ({
    name,
    type: inferType(rows.map(({ cells }) => cells[i])),
  }));
  const changes = rows.map((row) => ({
    time: timeOf(row, names),
    diff: diffOf(row, names),
    values: data.map(({ i }, position) => cellValue(row.cells[i], columns[position].type)),
  }));
  return givenTable(columns, keyed(changes, parsed), (i, problem) => badMarkdown(problem, rows[i].line));
}

function checkNames(names: readonly string[], dataColumns: number): void {
  if (dataColumns === 0) throw badMarkdown("there is no column", 1);
  for (const [i, name] of names.entries()) {
    if (name === "") throw badMarkdown(`column ${i + 1} has no name`, 1);
    if (names.indexOf(name) === i) continue;
    throw new TowpathError("TP_COLUMN_DUPLICATE", `a markdown table has two columns called "${name}"`);
  }
}

function timeOf({ cells, line }: MarkdownRow, names: readonly string[]): number {
  const position = names.indexOf(TIME);
  if (position < 0) return 0;
  const time = Number(cells[position].text);
  if (cells[position].text !== "" && isTime(time)) return time;
  throw badMarkdown(`${TIME} is "${cells[position].text}", not an even number from 0 on`, line);
}

/** Times of commits are even; odd ones are half-steps. */
export function isTime(time: unknown): time is number {
  return Number.isSafeInteger(time) && (time as number) >= 0 && (time as number) % 2 === 0;
}

function diffOf({ cells, line }: MarkdownRow, names: readonly string[]): 1 | -1 {
  const position = names.indexOf(DIFF);
  if (position < 0) return 1;
  const { text } = cells[position];
  if (text === "1" || text === "+1") return 1;
  if (text === "-1") return -1;
  throw badMarkdown(`${DIFF} is "${text}", not 1 or -1`, line);
}

/** Keys by id, or by position. */
function keyed(changes: readonly Unkeyed[], { ids }: Markdown): GivenChange[] {
  if (ids !== null) return changes.map((change, i) => ({ ...change, key: keyOfId(ids[i]) }));
  return keyedByPosition(changes);
}

function keyOfId(id: string): Uint32Array {
  const number = Number(id);
  return keyOfValues([/^\d+$/.test(id) && Number.isSafeInteger(number) ? number : id]);
}
