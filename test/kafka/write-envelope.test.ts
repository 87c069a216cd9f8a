/** The envelope without a broker: what becomes one message, and what does not. */
import { describe, expect, it } from "vitest";
import { json } from "../../connectors/formats/json.ts";
import { InFlight } from "../../connectors/kafka/produce/in-flight.ts";
import { UpdatesWriter } from "../../connectors/kafka/write/updates-writer.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { TowpathError } from "../../lib/errors.ts";
import { batchOf, poison } from "../support/batches.ts";
import { Rng } from "../support/rng.ts";

const columns: Columns = [
  { name: "text", type: { name: "str", optional: false } },
  { name: "n", type: { name: "int", optional: false } },
];

interface Sent {
  readonly text: string;
  readonly time: number;
  readonly part: string;
}

function writerInto(sent: Sent[], commitsMax: number, bytesMax: number): UpdatesWriter {
  return new UpdatesWriter(
    json.formatter.create(columns),
    { commitsMax, bytesMax },
    (payload, time, part, parts) => {
      expect(payload.length).toBeLessThanOrEqual(bytesMax);
      sent.push({ text: payload.toString(), time, part: `${part}/${parts}` });
    },
  );
}

type Row = readonly [text: string, n: number, diff: number];

function write(writer: UpdatesWriter, time: number, rows: readonly Row[]): number {
  const changes = rows.map(([text, n, diff], i) => ({ key: [i, 0, 0, 0], row: [text, n], diff }));
  const batch = batchOf(time, columns, changes);
  const order = Uint32Array.from(rows, (_, i) => i);
  try {
    return writer.write(batch, order);
  } finally {
    poison(batch);
  }
}

const record = (time: number, [text, n, diff]: Row): string => JSON.stringify({ diff, n, text, time });
const message = (time: number, rows: readonly Row[]): string =>
  `[${rows.map((row) => record(time, row)).join(",")}]`;

describe("the envelope updates", () => {
  it("makes one message of one commit", () => {
    const sent: Sent[] = [];
    const writer = writerInto(sent, 1, 1_000);
    expect(
      write(writer, 2, [
        ["a", 1, -1],
        ["b", 2, 1],
      ]),
    ).toBe(2);
    expect(write(writer, 4, [['"\n', 3, 1]])).toBe(1);
    expect(sent).toEqual([
      {
        text: message(2, [
          ["a", 1, -1],
          ["b", 2, 1],
        ]),
        time: 2,
        part: "1/1",
      },
      { text: message(4, [['"\n', 3, 1]]), time: 4, part: "1/1" },
    ]);
    writer.flush();
    expect(sent).toHaveLength(2);
  });

  it("puts up to so many commits into one message, and the rest by flush", () => {
    const sent: Sent[] = [];
    const writer = writerInto(sent, 3, 1_000);
    for (let time = 2; time <= 16; time += 2) write(writer, time, [["a", time, 1]]);
    expect(writer.pendingCommits).toBe(2);
    writer.flush();
    writer.flush();
    expect(writer.pendingCommits).toBe(0);
    expect(sent.map(({ time, text }) => [time, JSON.parse(text).map((row: { n: number }) => row.n)])).toEqual(
      [
        [6, [2, 4, 6]],
        [12, [8, 10, 12]],
        [16, [14, 16]],
      ],
    );
  });

  it("says a row that comes twice twice: the format knows 1 and -1 only", () => {
    const sent: Sent[] = [];
    expect(
      write(writerInto(sent, 1, 1_000), 2, [
        ["a", 1, -2],
        ["b", 1, 3],
      ]),
    ).toBe(5);
    const a: Row = ["a", 1, -1];
    const b: Row = ["b", 1, 1];
    expect(sent[0]?.text).toBe(message(2, [a, a, b, b, b]));
  });

  it("closes a message that the next commit would outgrow, to the byte", () => {
    const first: Row[] = [["a", 1, 1]];
    const second: Row[] = [["b", 2, 1]];
    const together = message(2, first).length + message(4, second).length - 1;
    for (const [bytesMax, count] of [
      [together, 1],
      [together - 1, 2],
    ] as const) {
      const sent: Sent[] = [];
      const writer = writerInto(sent, 10, bytesMax);
      write(writer, 2, first);
      write(writer, 4, second);
      writer.flush();
      expect(sent, `at most ${bytesMax} bytes`).toHaveLength(count);
      expect(sent.flatMap(({ text }) => JSON.parse(text))).toEqual([
        JSON.parse(record(2, ["a", 1, 1])),
        JSON.parse(record(4, ["b", 2, 1])),
      ]);
    }
  });

  it("cuts a commit that one message cannot hold, after what waits, and goes on", () => {
    const sent: Sent[] = [];
    const writer = writerInto(sent, 2, 100);
    write(writer, 2, [["before", 0, 1]]);
    const rows = Array.from({ length: 5 }, (_, i): Row => ["x".repeat(20), i, 1]);
    write(writer, 4, rows);
    write(writer, 6, [["after", 0, 1]]);
    writer.flush();
    const size = record(4, rows[0] as Row).length;
    expect(2 * size + 3 > 100 && size + 2 <= 100).toBe(true);
    expect(sent.map(({ time, part }) => `${time} ${part}`)).toEqual([
      "2 1/1",
      ...rows.map((_, i) => `4 ${i + 1}/5`),
      "6 1/1",
    ]);
    expect(sent.slice(1, 6).map(({ text }) => text)).toEqual(rows.map((row) => message(4, [row])));
  });

  it("refuses a row that fits no message, names it, and writes nothing of its commit", () => {
    const sent: Sent[] = [];
    const row: Row = ["y".repeat(60), 1, 1];
    const fits = message(4, [row]).length;
    expect(write(writerInto(sent, 1, fits), 4, [row])).toBe(1);
    const writer = writerInto(sent, 5, fits - 1);
    write(writer, 2, [["kept", 1, 1]]);
    const attempt = (): unknown => {
      try {
        return write(writer, 4, [["small", 1, 1], row]);
      } catch (error) {
        return error;
      }
    };
    const error = attempt() as TowpathError;
    expect(error).toBeInstanceOf(TowpathError);
    expect(error.code).toBe("TP_KAFKA_MESSAGE_TOO_LARGE");
    expect(error.detail).toContain(`${fits - 2} bytes`);
    expect(error.where).toMatch(/^row 01000000-0000-0000-0000-000000000000, \{"diff":1,"n":1,"text":"yyy/);
    sent.length = 0;
    writer.flush();
    expect(sent.map(({ text }) => text)).toEqual([message(2, [["kept", 1, 1]])]);
  });

  it("loses and reorders nothing, whatever the limits (random)", () => {
    const seed = Date.now() % 1_000_000;
    const random = new Rng(seed);
    for (let round = 0; round < 300; round++) {
      const commitsMax = 1 + random.below(4);
      const bytesMax = 80 + random.below(400);
      const sent: Sent[] = [];
      const writer = writerInto(sent, commitsMax, bytesMax);
      const expected: string[] = [];
      for (let time = 2; time < 2 + 2 * random.below(30); time += 2) {
        const rows = Array.from(
          { length: 1 + random.below(12) },
          (_, i): Row => ["é".repeat(random.below(10)), i, 1],
        );
        write(writer, time, rows);
        expected.push(...rows.map((row) => record(time, row)));
        if (random.below(10) === 0) writer.flush();
      }
      writer.flush();
      const why = `seed ${seed}, round ${round}`;
      const got = sent.map(({ text }) => JSON.parse(text) as { time: number }[]);
      expect(
        got.flat().map((row) => JSON.stringify(row)),
        why,
      ).toEqual(expected);
      got.forEach((rows, i) => {
        const times = new Set(rows.map(({ time }) => time));
        expect(times.size, why).toBeLessThanOrEqual(commitsMax);
        expect(rows.at(-1)?.time, why).toBe(sent[i]?.time);
        if (sent[i]?.part !== "1/1") expect(times.size, why).toBe(1);
      });
      // Whole messages hold whole commits.
      const partsOf = new Map<number, Set<string>>();
      got.forEach((rows, i) => {
        for (const { time } of rows)
          partsOf.set(time, (partsOf.get(time) ?? new Set()).add(sent[i]?.part ?? ""));
      });
      for (const parts of partsOf.values()) {
        const count = Number([...parts][0]?.split("/")[1]);
        expect([...parts], why).toEqual(Array.from({ length: count }, (_, i) => `${i + 1}/${count}`));
      }
    }
  });
});

describe("the account of messages in flight", () => {
  it("knows a commit delivered when all before it are, whatever comes first (random)", () => {
    const seed = Date.now() % 1_000_000;
    const random = new Rng(seed);
    const inFlight = new InFlight();
    const expected: { time: number; ticket: number; left: number }[] = [];
    let time = 0;
    let deliveredTime = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < 6_000; i++) {
      const why = `seed ${seed}, step ${i}`;
      if (random.below(i < 3_000 ? 3 : 2) > 0) {
        if (random.below(3) > 0) time += 2;
        const last = expected.at(-1);
        const ticket = inFlight.ticket(time);
        const messages = 1 + random.below(5);
        inFlight.expect(time, messages, i);
        inFlight.handed(ticket, messages, 3 * messages, i);
        if (last?.time === time) last.left += messages;
        else expected.push({ time, ticket, left: messages });
        expect(expected.at(-1)?.ticket, why).toBe(ticket);
      } else if (expected.length > 0) {
        const entry = expected[random.below(Math.min(4, expected.length))];
        if (entry === undefined || entry.left === 0) continue;
        const messages = 1 + random.below(entry.left);
        entry.left -= messages;
        inFlight.delivered(entry.ticket, messages, 3 * messages, i);
        while (expected[0]?.left === 0) deliveredTime = expected.shift()?.time ?? 0;
      }
      const left = expected.reduce((sum, entry) => sum + entry.left, 0);
      expect([inFlight.messages, inFlight.held, inFlight.bytes, inFlight.deliveredTime], why).toEqual([
        left,
        left,
        3 * left,
        deliveredTime,
      ]);
      expect(inFlight.oldestAt === null, why).toBe(expected.length === 0);
    }
  });
});
