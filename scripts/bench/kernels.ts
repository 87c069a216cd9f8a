/**
 * Reading and writing formats, without Kafka: `npm run bench -- kernels`. Prints nanoseconds a row and the ratio to
 * the plain way of doing the same: JSON.parse, split, fast-json-stable-stringify and Buffer.
 */
import stableStringify from "fast-json-stable-stringify";
import { formats } from "../../connectors/formats/index.ts";
import { Batch } from "../../lib/data/batch.ts";
import { Keys } from "../../lib/data/keys.ts";
import { RowBuilder } from "../../lib/data/row-builder.ts";
import { type Columns, typeOf } from "../../lib/data/schema.ts";
import { ByteWriter } from "../../lib/io/byte-writer.ts";
import type { PackedMessages, Parser } from "../../lib/io/parser.ts";
import { packTexts } from "./harness/pack-texts.ts";

const MESSAGES = 200_000;
const RUNS = 7;

const regions = ["north", "south", "east", "west", "centre"];

function columnsOf(types: Readonly<Record<string, string>>): Columns {
  return Object.entries(types).map(([name, type]) => ({ name, type: typeOf(type, name) }));
}

/** The best of several runs, in nanoseconds a row. */
function nsPerRow(work: () => void, rows = MESSAGES): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const start = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - start));
  }
  return best / rows;
}

function report(name: string, ours: number, peerName: string, peer: number): void {
  const rate = (1000 / ours).toFixed(1);
  const ratio = (peer / ours).toFixed(1);
  console.log(
    `${name.padEnd(44)} ${ours.toFixed(0).padStart(5)} ns/row  ${rate.padStart(5)} M/s   ${ratio.padStart(5)} × ${peerName}`,
  );
}

function parseAll(parser: Parser, messages: PackedMessages, rows: RowBuilder): void {
  rows.reset();
  for (let from = 0; from < messages.length; from += 10_000) {
    parser.parseInto(messages, from, Math.min(messages.length, from + 10_000), rows, (i, code, detail) => {
      throw new Error(`message ${i}: ${code} ${detail}`);
    });
  }
}

function benchJsonParse(
  name: string,
  types: Record<string, string>,
  needed: string[],
  texts: string[],
): void {
  const columns = columnsOf(types);
  const messages = packTexts(texts);
  const rows = new RowBuilder(
    columns,
    columns.map((column) => needed.includes(column.name)),
  );
  const parser = formats.json.parser.create(columns);
  const ours = nsPerRow(() => parseAll(parser, messages, rows));
  const buffer = Buffer.from(messages.bytes.buffer);
  let sink = 0;
  const peer = nsPerRow(() => {
    for (let i = 0; i < messages.length; i++) {
      const text = buffer.toString("utf8", i === 0 ? 0 : messages.ends[i - 1], messages.ends[i]);
      sink += Object.keys(JSON.parse(text)).length;
    }
  });
  if (sink === 0) throw new Error("nothing was parsed");
  report(`json-parse ${name}`, ours, "JSON.parse", peer);
}

function benchCsvParse(name: string, types: Record<string, string>, needed: string[], texts: string[]): void {
  const columns = columnsOf(types);
  const messages = packTexts(texts);
  const rows = new RowBuilder(
    columns,
    columns.map((column) => needed.includes(column.name)),
  );
  const parser = formats.csv.parser.create(columns, { header: false });
  const ours = nsPerRow(() => parseAll(parser, messages, rows));
  const buffer = Buffer.from(messages.bytes.buffer);
  let sink = 0;
  const peer = nsPerRow(() => {
    for (let i = 0; i < messages.length; i++) {
      const text = buffer.toString("utf8", i === 0 ? 0 : messages.ends[i - 1], messages.ends[i]);
      sink += text.split(",").length;
    }
  });
  if (sink === 0) throw new Error("nothing was parsed");
  report(`csv-parse ${name}`, ours, "split", peer);
}

function benchJsonFormat(
  name: string,
  types: Record<string, string>,
  objects: Record<string, unknown>[],
): void {
  const columns = columnsOf(types);
  const rows = new RowBuilder(
    columns,
    columns.map(() => true),
  );
  const parser = formats.json.parser.create(columns);
  parseAll(parser, packTexts(objects.map((object) => JSON.stringify(object))), rows);
  const keys = Keys.of(new Uint32Array(4 * rows.length));
  const batch = new Batch(1_700_000_000_000, rows.length, rows.finish(), keys, null);
  const formatter = formats.json.formatter.create(columns);
  const out = new ByteWriter();
  const ours = nsPerRow(() => {
    out.reset();
    for (let i = 0; i < batch.length; i++) formatter.formatInto(batch, i, 1, out);
  });
  let sink = 0;
  const peer = nsPerRow(() => {
    for (const object of objects) {
      sink += Buffer.from(stableStringify({ ...object, diff: 1, time: 1_700_000_000_000 })).length;
    }
  });
  if (sink === 0) throw new Error("nothing was written");
  report(`json-format ${name}`, ours, "fast-json-stable-stringify", peer);
}

const orders = Array.from({ length: MESSAGES }, (_, i) => ({
  id: i,
  customer: `customer-${(i * 7919) % 100_000}`,
  region: regions[i % 5],
  amount: ((i * 7919) % 100_000) / 100,
  at: 1_700_000_000_000 + i,
}));
const orderTypes = { id: "int", customer: "str", region: "str", amount: "float", at: "datetime" };
const orderTexts = orders.map((order) => JSON.stringify(order));
const words = Array.from({ length: MESSAGES }, (_, i) => ({ word: `word${(i * 7919) % 5000}` }));
const wordTexts = words.map((word) => JSON.stringify(word));

benchJsonParse('{"word":"…"}', { word: "str" }, ["word"], wordTexts);
benchJsonParse("orders, 3 of 5 fields", orderTypes, ["region", "amount", "id"], orderTexts);
benchJsonParse("orders, 5 of 5 fields", orderTypes, Object.keys(orderTypes), orderTexts);
benchJsonParse(
  "orders with spaces, 3 of 5 fields",
  orderTypes,
  ["region", "amount", "id"],
  orders.map((order) => JSON.stringify(order, null, 1)),
);
benchJsonParse(
  "escapes",
  { text: "str" },
  ["text"],
  words.map((word) => JSON.stringify({ text: `"${word.word}"\n` })),
);
benchJsonParse(
  "a json column",
  { text: "str", more: "json" },
  ["text", "more"],
  words.map((word, i) => JSON.stringify({ text: word.word, more: { b: i, a: [1, 2] } })),
);
benchJsonParse(
  "random doubles",
  { x: "float" },
  ["x"],
  orders.map((order) => JSON.stringify({ x: Math.sin(order.id) })),
);
benchCsvParse(
  "one int",
  { value: "int" },
  ["value"],
  orders.map((order) => String(order.id % 10)),
);
const orderLines = orders.map((order) => Object.values(order).join(","));
benchCsvParse("orders, 3 of 5 fields", { ...orderTypes, at: "int" }, ["region", "amount", "id"], orderLines);
benchCsvParse(
  "orders with quotes, 3 of 5 fields",
  { ...orderTypes, at: "int" },
  ["region", "amount", "id"],
  orders.map((order) => `${order.id},"${order.customer}","${order.region}",${order.amount},${order.at}`),
);
benchJsonFormat(
  '{"count","word"}',
  { word: "str", count: "int" },
  words.map((word, i) => ({ ...word, count: i })),
);
benchJsonFormat("orders", { ...orderTypes, at: "int" }, orders);
