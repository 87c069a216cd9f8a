/** A million messages with all that keys, payloads and headers can be, through the envelope "row", byte by byte. */
import { randomUUID } from "node:crypto";
import * as pw from "towpath";
import { expect, it } from "vitest";
import {
  FLAG_NULL_KEY,
  FLAG_NULL_PAYLOAD,
  type PackedBuffers,
  type PackedPart,
  packedBuffers,
} from "../../connectors/kafka/native/packed-buffers.ts";
import { describeOnBrokers } from "../support/kafka/describe-on-brokers.ts";
import { packedConsumer } from "../support/kafka/packed-consumer.ts";

const ROWS = 1_000_000;
const COMMIT_ROWS = 20_000;

/** Bytes of row i that are no text, some of them none: different for each salt. */
function bytesOf(i: number, salt: number): Buffer {
  const bytes = Buffer.allocUnsafe((i * 7 + salt) % 23);
  for (let at = 0; at < bytes.length; at++) bytes[at] = (i >>> (at & 15)) * 31 + at * salt;
  return bytes;
}

const keyOf = (i: number): Buffer | null => (i % 3 === 0 ? null : bytesOf(i, 5));
const payloadOf = (i: number): Buffer | null => (i % 5 === 0 ? null : bytesOf(i, 11));
const traceOf = (i: number): Buffer | null => (i % 7 === 0 ? null : bytesOf(i, 17));

function part({ bytes, ends }: PackedPart, row: number): Buffer {
  const start = row === 0 ? 0 : (ends[row - 1] as number);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, (ends[row] as number) - start);
}

/** "n" and "trace" stand first in a row's headers. */
function ownHeaders(headers: Buffer): { n: number; trace: Buffer | null } {
  const nEnd = 9 + headers.readUInt32LE(5);
  const n = Number(headers.toString("latin1", 9, nEnd));
  const start = nEnd + 4 + headers.readUInt32LE(nEnd) + 4;
  const length = headers.readUInt32LE(start - 4);
  return { n, trace: length === 0xffffffff ? null : headers.subarray(start, start + length) };
}

/** What is wrong with a message, or null. */
function wrong(buffers: PackedBuffers, row: number, seen: Uint8Array): string | null {
  const { payload, keys, headers, flags } = buffers;
  if (keys === null || headers === null) return "nothing was asked for";
  const { n, trace } = ownHeaders(part(headers, row));
  if (seen[n] !== 0) return `row ${n} came twice`;
  seen[n] = 1;
  const flag = flags[row] as number;
  const found = [
    flag & FLAG_NULL_KEY ? null : part(keys, row),
    flag & FLAG_NULL_PAYLOAD ? null : part(payload, row),
    trace,
  ];
  const same = [keyOf(n), payloadOf(n), traceOf(n)].every((bytes, i) => {
    const other = found[i] as Buffer | null;
    return bytes === null || other === null ? bytes === other : bytes.equals(other);
  });
  return same ? null : `row ${n} has ${JSON.stringify(found)}`;
}

describeOnBrokers("a million rows", ["real"], (broker) => {
  it("arrive once each, and as they were", { timeout: 240_000 }, async () => {
    const topic = await broker.freshTopic(3);
    await pw.graph(async () => {
      const Rows = pw.schema({ n: "int", key: "bytes?", value: "bytes?", trace: "bytes?" });
      const input = pw.input(Rows, { appendOnly: true });
      pw.kafka.write(input, broker.settings, {
        topicName: topic,
        envelope: "row",
        format: "raw",
        key: "key",
        headers: (c) => ({ n: c.n, trace: c.trace }),
      });
      const running = pw.run({ monitoring: "none" });
      for (let n = 0; n < ROWS; n++) {
        input.insert({ n, key: keyOf(n), value: payloadOf(n), trace: traceOf(n) });
        if ((n + 1) % COMMIT_ROWS !== 0) continue;
        input.commit();
        await new Promise((resolve) => setImmediate(resolve));
      }
      input.close();
      await running;
    });

    const seen = new Uint8Array(ROWS);
    let count = 0;
    await using opened = await packedConsumer({ ...broker.settings, "group.id": `test-${randomUUID()}` });
    const { consumer, reader } = opened;
    consumer.assign([0, 1, 2].map((partition) => ({ topic, partition, offset: 0 })));
    const buffers = packedBuffers({ messages: 16_384, bytes: 4 << 20, keys: true, headers: true });
    const deadline = performance.now() + 120_000;
    while (count < ROWS && performance.now() < deadline) {
      const taken = reader.take(buffers, 16_384);
      for (let row = 0; row < taken; row++) {
        const why = wrong(buffers, row, seen);
        if (why !== null) expect.fail(why);
      }
      count += taken;
      if (taken === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(count).toBe(ROWS);
    expect(seen.indexOf(0)).toBe(-1);
  });
});
