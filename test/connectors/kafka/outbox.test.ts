import assert from "node:assert";
import { expect, it } from "vitest";
import {
  type Chunk,
  FIELDS,
  HEADERS,
  HEADERS_END,
  KEY,
  KEY_END,
  Outbox,
  PARTITION,
  TICKET,
  TIME,
  TIME_REST,
  TOPIC,
  VALUE,
  VALUE_END,
} from "../../../connectors/kafka/produce/outbox.ts";
import type { TextColumn } from "../../../lib/data/column.ts";
import { columnBuilder, writeCell } from "../../../lib/data/column-builder.ts";
import { Rng } from "../../support/rng.ts";

/** The text and the ticket of a message. */
function messageOf({ out, fields }: Chunk, message: number): string {
  const at = message * FIELDS;
  const value = Buffer.from(out.bytes.subarray(fields[at + VALUE], fields[at + VALUE_END])).toString(
    "latin1",
  );
  return `${fields[at + TICKET]}:${value.length}:${value.slice(0, 20)}`;
}

it("an outbox is a queue of messages, whatever their size, with a way back (random)", () => {
  const seed = Date.now() % 1_000_000;
  const random = new Rng(seed);
  const outbox = new Outbox();
  let expected: string[] = [];
  let number = 0;
  const add = (): string => {
    const text = String(number).padEnd(random.below(20) === 0 ? 2_000_000 : random.below(100), ".");
    const { out } = outbox.begin();
    const start = out.used;
    out.append(Buffer.from(text, "latin1"));
    outbox.add(0, 0, start, out.used, 0, -1, 0, 0, ++number);
    return `${number}:${text.length}:${text.slice(0, 20)}`;
  };
  for (let step = 0; step < 1_500; step++) {
    const why = `seed ${seed}, step ${step}`;
    const choice = random.below(4);
    if (choice === 0) {
      const mark = outbox.mark();
      for (let i = random.below(6); i > 0; i--) add();
      outbox.putBack(mark);
    } else if (choice === 1) {
      for (let i = random.below(6); i > 0; i--) expected.push(add());
    } else {
      const head = outbox.head();
      expect(head === null, why).toBe(expected.length === 0);
      if (head === null) continue;
      const { chunk, from } = head;
      const count = 1 + random.below(chunk.count - from);
      const taken = Array.from({ length: count }, (_, i) => messageOf(chunk, from + i));
      expect(taken, why).toEqual(expected.slice(0, count));
      expected = expected.slice(count);
      outbox.take(count);
    }
    expect(outbox.waiting, why).toBe(expected.length);
  }
});

it("rows that are added many at a time are the messages that they are one by one (random)", () => {
  const seed = Date.now() % 1_000_000;
  const random = new Rng(seed);
  for (let round = 0; round < 200; round++) {
    const why = `seed ${seed}, round ${round}`;
    const cells = Array.from({ length: 1 + random.below(40) }, () => [cell(random), cell(random)] as const);
    const rows = Uint32Array.from(cells.keys()).filter((row) => row === 0 || random.below(4) > 0);
    if (random.below(2) === 0) rows.reverse();
    const [values, keys] = [0, 1].map((part) => columnOf(cells.map((row) => row[part])));
    const hasKeys = random.below(3) > 0;
    const [many, single] = [new Outbox(), new Outbox()];
    for (const row of rows) addOne(single, cells[row][0], hasKeys ? cells[row][1] : null);
    const cut = random.below(rows.length + 1);
    for (const [from, to] of [
      [0, cut],
      [cut, rows.length],
    ])
      if (to > from) many.addRows(3, -1, 7, values, hasKeys ? keys : null, rows, from, to);
    expect(partsOf(many), why).toEqual(partsOf(single));
    expect(many.waiting, why).toBe(rows.length);
  }
});

function cell(random: Rng): string | null {
  return random.below(5) === 0 ? null : "x".repeat(random.below(70)) + random.below(1_000);
}

function columnOf(cells: readonly (string | null)[]): TextColumn {
  const builder = columnBuilder({ name: "bytes", optional: true });
  for (const [row, text] of cells.entries())
    writeCell(builder, { name: "bytes", optional: true }, row, text === null ? null : Buffer.from(text));
  return builder.finish(cells.length) as TextColumn;
}

function addOne(outbox: Outbox, value: string | null, key: string | null): void {
  const { out } = outbox.begin();
  const ends = [value, key].map((part) => {
    out.append(Buffer.from(part ?? ""));
    return part === null ? -1 : out.used;
  });
  const start = out.used - Buffer.byteLength(value ?? "") - Buffer.byteLength(key ?? "");
  outbox.add(3, -1, start, ends[0], start + Buffer.byteLength(value ?? ""), ends[1], 0, 0, 7);
}

/** What each message of the first chunk says. */
function partsOf(outbox: Outbox): unknown[] {
  const { chunk } = outbox.head() ?? assert.fail("an empty outbox");
  return Array.from({ length: chunk.count }, (_, i) => {
    const message = chunk.fields.subarray(i * FIELDS, (i + 1) * FIELDS);
    const text = (from: number, to: number): string | null =>
      message[to] < 0 ? null : Buffer.from(chunk.out.bytes.subarray(message[from], message[to])).toString();
    const others = [TOPIC, PARTITION, HEADERS, HEADERS_END, TICKET, TIME, TIME_REST].map((at) => message[at]);
    return [text(VALUE, VALUE_END), text(KEY, KEY_END), ...others];
  });
}
