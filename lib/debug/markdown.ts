import { TowpathError } from "../errors.ts";

/** One cell of a markdown table. */
export interface MarkdownCell {
  readonly text: string;
  /** Stood in quotes, so it is text whatever it looks like. */
  readonly quoted: boolean;
}

export interface MarkdownRow {
  /** Of the text given, from 1. */
  readonly line: number;
  readonly cells: readonly MarkdownCell[];
}

export interface Markdown {
  readonly names: readonly string[];
  readonly rows: readonly MarkdownRow[];
  /** What stood in the unnamed first column; null where there is none. */
  readonly ids: readonly string[] | null;
}

/**
 * Reads a table drawn with `|`. A first column without a name holds the rows' ids; outer bars and rows of dashes are
 * decoration; empty lines are skipped. A quoted cell may hold bars, and JSON's escapes.
 *
 * Throws TP_MARKDOWN, naming the line, where a row has more or fewer cells than the header.
 */
export function parseMarkdown(text: string): Markdown {
  const lines = text
    .split("\n")
    .map((content, i): MarkdownRow => ({ line: i + 1, cells: cellsOf(content, i + 1) }))
    .filter(({ cells }) => !isDecoration(cells));
  const [header, ...rows] = lines;
  if (header === undefined) throw badMarkdown("there is no header", 1);
  const last = header.cells.length - 1;
  const hasEndBar = last > 0 && isEmpty(header.cells[last]);
  const width = hasEndBar ? last : header.cells.length;
  const cut = rows.map(({ line, cells }) => ({
    line,
    cells: hasEndBar && isEmpty(cells.at(-1)) ? cells.slice(0, -1) : cells,
  }));
  for (const { line, cells } of cut) {
    if (cells.length !== width)
      throw badMarkdown(`a row has ${cells.length} cells, the header ${width}`, line);
  }
  const unnamed = isEmpty(header.cells[0]) ? 1 : 0;
  const hasIds = unnamed === 1 && cut.some(({ cells }) => !isEmpty(cells[0]));
  return {
    names: header.cells.slice(unnamed, width).map(({ text }) => text),
    rows: cut.map(({ line, cells }) => ({ line, cells: cells.slice(unnamed) })),
    ids: hasIds ? cut.map(({ line, cells }) => idOf(cells[0], line)) : null,
  };
}

/** A cell that reads like a string of JSON, or anything else up to the next bar. */
const CELL = /^\s*("(?:[^"\\]|\\.)*")\s*(?:\||$)|^([^|]*)(?:\||$)/;

function cellsOf(content: string, line: number): MarkdownCell[] {
  const cells: MarkdownCell[] = [];
  for (let rest = content; ; ) {
    const [whole, quoted, plain] = CELL.exec(rest) as RegExpExecArray;
    cells.push(
      quoted === undefined
        ? { text: plain.trim(), quoted: false }
        : { text: unquoted(quoted, line), quoted: true },
    );
    rest = rest.slice(whole.length);
    if (!whole.endsWith("|")) return cells;
  }
}

function unquoted(text: string, line: number): string {
  try {
    return JSON.parse(text) as string;
  } catch (cause) {
    throw badMarkdown(`${text} is not a string of JSON`, line, cause);
  }
}

function isEmpty(cell: MarkdownCell | undefined): boolean {
  return cell !== undefined && cell.text === "" && !cell.quoted;
}

/** Empty lines, and lines of dashes and colons below a header. */
function isDecoration(cells: readonly MarkdownCell[]): boolean {
  return (
    cells.every((cell) => isEmpty(cell)) ||
    cells.every((cell) => isEmpty(cell) || /^(-{3,}|:-+:?|-+:)$/.test(cell.text))
  );
}

function idOf(cell: MarkdownCell, line: number): string {
  if (isEmpty(cell)) throw badMarkdown("a row has no id, although others have", line);
  return cell.text;
}

export function badMarkdown(detail: string, line: number, cause?: unknown): TowpathError {
  return new TowpathError("TP_MARKDOWN", `a markdown table cannot be read: ${detail}`, {
    where: `line ${line}`,
    cause,
  });
}
