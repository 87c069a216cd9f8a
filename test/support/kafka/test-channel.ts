/** A channel of a test: its ends, lively enough for tests, are closed when the test is over. */
import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import * as pw from "../../../lib/index.ts";

export const sampleSchema = { type: "record", name: "Sample", fields: [{ name: "n", type: "int" }] } as const;
type Sample = pw.ChannelRecord<typeof sampleSchema>;
export type SampleReader = pw.KafkaChannelReader<Sample>;
export type SampleWriter = pw.KafkaChannelWriter<Sample>;
type ReaderOptions = Omit<pw.ChannelReaderOptions<typeof sampleSchema>, "uri" | "schema">;
type WriterOptions = Omit<pw.ChannelWriterOptions<typeof sampleSchema>, "uri" | "schema">;

/** Short enough for tests, long enough for a machine that is busy. */
export const lively = { heartbeatMs: 200, deadAfterMs: 20_000 };

export function samples(from: number, to: number): Sample[] {
  return Array.from({ length: to - from }, (_, i) => ({ n: from + i }));
}

/** A channel that no other test has. */
export function testChannel(settings: Readonly<Record<string, string>>) {
  const name = `c-${randomUUID()}`;
  const uri = `kafka://${settings["bootstrap.servers"]}/${name}`;
  const ends: (SampleReader | SampleWriter)[] = [];
  onTestFinished(async () => {
    await Promise.all(ends.map((end) => end.close(new Error("the test is over")).catch(() => {})));
  });
  const keep = <End extends SampleReader | SampleWriter>(end: End): End => {
    ends.push(end);
    return end;
  };
  const schema = sampleSchema;
  return {
    name,
    uri,
    reader: (options: ReaderOptions = {}) => keep(pw.channelReader({ uri, schema, ...lively, ...options })),
    writer: (options: WriterOptions = {}) => keep(pw.channelWriter({ uri, schema, ...lively, ...options })),
    group: (of: number, options: ReaderOptions = {}) =>
      Array.from({ length: of }, (_, index) =>
        keep(pw.channelReader({ uri, schema, ...lively, index, of, ...options })),
      ),
  };
}

export function openAll(...ends: readonly (SampleReader | SampleWriter)[]): Promise<unknown> {
  return Promise.all(ends.map((end) => end.open()));
}

/** Takes so many, or all until the end. */
export async function takeSamples(reader: SampleReader, count = Number.POSITIVE_INFINITY): Promise<number[]> {
  const taken: number[] = [];
  while (taken.length < count) {
    const records = await reader.take(Math.min(1_000, count - taken.length));
    if (records === null) break;
    taken.push(...records.map(({ n }) => n));
  }
  return taken;
}
