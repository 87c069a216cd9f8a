/** Fast path = careful path, on texts that are nearly right. A failure prints the seed and the message. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { fallbackOf } from "../../../connectors/formats/cells.ts";
import { csv } from "../../../connectors/formats/csv.ts";
import { readCsvMessage } from "../../../connectors/formats/csv-careful.ts";
import { json } from "../../../connectors/formats/json.ts";
import { readJsonMessage } from "../../../connectors/formats/json-careful.ts";
import { type ColumnSchema, type Columns, typeOf } from "../../../lib/data/schema.ts";
import { formatType, typeNames } from "../../../lib/data/type.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { type Outcome, packed, parse, readEach } from "./packed.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");
const ROUNDS = 1000;
const MESSAGES = 40;

const names = ["a", "b", "name", "é", "__proto__", "constructor", 'q"', "a,b"];
const texts = [
  "",
  "x",
  "word",
  "é€𝄞",
  "NaN",
  "Infinity",
  "AQI=",
  "10s",
  "2024-02-29T01:02:03.004Z",
  "2024-02-30",
  "*COMMIT*",
];
const odd = [
  "a\nb",
  'say "hi"',
  "back\\slash",
  "\u0000",
  "\ud800",
  "6fa459ea-ee8a-4ca4-894e-db77e160355e",
  "true",
  "1",
  "-0",
];
const numbers = [
  "0",
  "-0",
  "1",
  "-17",
  "1.5",
  "0.1",
  "1e3",
  "1E-7",
  "123456789012345",
  "9007199254740991",
  "9007199254740993",
  "0.30000000000000004",
  "1e999",
  "-1e999",
  "01",
  "1.",
  "1700000000000",
  "8640000000000001",
  "+1",
  "007",
];

/** Columns, some of them optional, some with a default, some needed. */
function randomColumns(rng: Rng): { columns: Columns; needed: boolean[] } {
  const columns = rng
    .shuffled(names)
    .slice(0, rng.between(1, 4))
    .map((name): ColumnSchema => {
      const type = typeOf(
        rng.pick([...typeNames, "int", "float", "str"]) + (rng.chance(0.5) ? "?" : ""),
        name,
      );
      const hasDefault = rng.chance(0.2) && (type.name === "str" || type.name === "json");
      return hasDefault ? { name, type, default: "default" } : { name, type };
    });
  return { columns, needed: columns.map(() => rng.chance(0.8)) };
}

/** Message by message, so that a failure shows the one that differs. */
function expectSame(fast: Outcome, slow: Outcome, columns: Columns, payloads: readonly Buffer[]): void {
  for (let i = 0; i < payloads.length; i++) {
    // As text: columns and names such as `constructor` mislead the comparison of objects.
    const said = (outcome: Outcome): string => {
      const rows = outcome.rows.filter((row) => row.offset === i);
      const rejected = outcome.rejected.filter(({ message }) => message === i);
      return inspect({ rows, rejected }, { depth: null, maxArrayLength: null, maxStringLength: null });
    };
    const types = columns.map(({ name, type }) => `${name}: ${formatType(type)}`).join(", ");
    const context = `TOWPATH_TEST_SEED=${seed}, columns ${types}, message ${JSON.stringify(payloads[i].toString())}`;
    expect(said(fast), context).toBe(said(slow));
  }
}

/** Changes some bytes of some messages. */
function mutated(rng: Rng, text: string): Buffer {
  const bytes = Buffer.from(text);
  if (!rng.chance(0.3) || bytes.length === 0) return bytes;
  const at = rng.below(bytes.length);
  const marks = Buffer.from('{}[]:,"\\0 \n\r-.eé\u0001tn');
  switch (rng.below(4)) {
    case 0:
      bytes[at] = rng.below(256);
      return bytes;
    case 1:
      bytes[at] = rng.pick([...marks]);
      return bytes;
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    default:
      return bytes.subarray(0, at);
  }
}

function jsonString(rng: Rng, text: string): string {
  if (!rng.chance(0.1)) return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, i) =>
    text.charCodeAt(i).toString(16).padStart(4, "0"),
  );
  return `"${units.map((unit) => `\\u${rng.chance(0.5) ? unit : unit.toUpperCase()}`).join("")}"`;
}

function jsonValue(rng: Rng, depth = 2): string {
  const space = rng.chance(0.1) ? rng.pick([" ", "\n", "\t\r"]) : "";
  if (depth > 0 && rng.chance(0.2)) {
    const items = Array.from({ length: rng.below(4) }, () => jsonValue(rng, depth - 1));
    return rng.chance(0.5) ? `[${items.join(",")}${space}]` : jsonObject(rng, names, depth - 1);
  }
  const scalar = rng.weighted([
    [4, () => rng.pick(numbers)],
    [4, () => jsonString(rng, rng.pick(texts))],
    [2, () => jsonString(rng, rng.pick(odd))],
    [1, () => rng.pick(["true", "false", "null"])],
  ] as const);
  return space + scalar() + space;
}

function jsonObject(rng: Rng, fields: readonly string[], depth = 2): string {
  const order = rng.chance(0.7) ? [...fields] : rng.shuffled([...fields, ...(rng.chance(0.2) ? fields : [])]);
  const members = order
    .filter(() => rng.chance(0.9))
    .map(
      (name) =>
        `${rng.chance(0.1) ? " " : ""}${jsonString(rng, name)}${rng.chance(0.1) ? " " : ""}:${jsonValue(rng, depth)}`,
    );
  return `{${members.join(",")}}`;
}

/** A value that often fits the column. */
function fitting(rng: Rng, column: ColumnSchema): string {
  if (rng.chance(0.1)) return jsonValue(rng);
  if (column.type.optional && rng.chance(0.2)) return "null";
  switch (column.type.name) {
    case "int":
      return String(rng.between(-1e6, 1e6));
    case "float":
    case "duration":
      return rng.pick([String(rng.next()), String(rng.between(-500, 500) / 100), "1.5e10"]);
    case "bool":
      return rng.pick(["true", "false"]);
    case "bytes":
      return '"AQI="';
    case "bigint":
      return rng.pick(["12345678901234567890", '"5"', "7"]);
    case "datetime":
      return rng.pick(["1700000000000", '"2024-02-29T01:02:03.004Z"', '"2024-01-01"', "-0.5"]);
    case "pointer":
      return '"6fa459ea-ee8a-4ca4-894e-db77e160355e"';
    case "str":
      return jsonString(rng, rng.pick([...texts, ...odd.slice(0, 4)]));
    default:
      return jsonValue(rng);
  }
}

function jsonMessage(rng: Rng, columns: Columns): string {
  const object = (): string => {
    if (rng.chance(0.1)) return jsonObject(rng, names);
    const members = columns.map((column) => `${JSON.stringify(column.name)}:${fitting(rng, column)}`);
    if (rng.chance(0.3)) members.splice(rng.below(members.length + 1), 0, `"extra":${jsonValue(rng)}`);
    return `{${members.join(",")}}`;
  };
  if (rng.chance(0.1))
    return `${rng.pick(["", " ", "\ufeff"])}[${Array.from({ length: rng.below(4) }, object).join(" ,\n")}]`;
  return `${rng.chance(0.05) ? rng.pick([" ", "\ufeff", "\n"]) : ""}${object()}${rng.chance(0.05) ? " " : ""}`;
}

test(`json: both paths agree (TOWPATH_TEST_SEED=${seed})`, { timeout: 60_000 }, () => {
  const rng = new Rng(seed);
  let accepted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { columns, needed } = randomColumns(rng);
    const payloads = Array.from({ length: MESSAGES }, () => mutated(rng, jsonMessage(rng, columns)));
    const messages = packed(payloads);
    const fast = parse(json.parser.create(columns), columns, messages, needed);
    const fallbacks = columns.map(fallbackOf);
    const slow = readEach({ columns, needed, messages }, (i, rows) =>
      readJsonMessage(columns, fallbacks, messages, i, rows),
    );
    expectSame(fast, slow, columns, payloads);
    accepted += fast.rows.length;
  }
  expect(accepted).toBeGreaterThan((ROUNDS * MESSAGES) / 4);
});

function csvCell(rng: Rng, column: ColumnSchema | undefined): string {
  const value =
    column === undefined || rng.chance(0.1) ? rng.pick([...texts, ...odd, ...numbers]) : fitting(rng, column);
  const text = value.startsWith('"') && rng.chance(0.9) ? value.slice(1, -1) : value === "null" ? "" : value;
  if (rng.chance(0.7) && !/[",\n\r]/.test(text)) return text;
  return rng.chance(0.95) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvMessage(rng: Rng, header: readonly (ColumnSchema | undefined)[]): string {
  const line = (): string =>
    header.map((column) => csvCell(rng, column)).join(",") + (rng.chance(0.03) ? ",x" : "");
  const count = rng.chance(0.8) ? 1 : rng.below(4);
  const lines = Array.from({ length: count }, line).join(rng.pick(["\n", "\r\n", "\n", "\r"]));
  return `${rng.chance(0.03) ? "\ufeff" : ""}${lines}${rng.chance(0.2) ? rng.pick(["\n", "\r\n", "\r", "\n\r"]) : ""}`;
}

test(`csv: both paths agree (TOWPATH_TEST_SEED=${seed})`, { timeout: 60_000 }, () => {
  const rng = new Rng(seed);
  let accepted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const { columns, needed } = randomColumns(rng);
    const present = columns.filter((column) => column.default === undefined || rng.chance(0.5));
    const header = rng.shuffled([
      ...present,
      ...(rng.chance(0.3) || present.length === 0 ? [undefined] : []),
    ]);
    const cells = columns.map((column) => header.indexOf(column));
    const layout = { cells: Int32Array.from(cells), width: header.length };
    const payloads = Array.from({ length: MESSAGES }, () => mutated(rng, csvMessage(rng, header)));
    const messages = packed(payloads);
    const parser = csv.parser.create(columns, {});
    parser.load?.({ names: header.map((column) => column?.name ?? "extra"), partition: -1, offset: -1 });
    const fast = parse(parser, columns, messages, needed);
    const fallbacks = columns.map(fallbackOf);
    const dialect = { delimiter: ",", quote: '"' };
    const slow = readEach({ columns, needed, messages }, (i, rows) =>
      readCsvMessage(columns, fallbacks, dialect, layout, messages, i, 0, rows),
    );
    expectSame(fast, slow, columns, payloads);
    accepted += fast.rows.length;
  }
  expect(accepted).toBeGreaterThan((ROUNDS * MESSAGES) / 4);
});
