/**
 * Tells when librdkafka's mock cluster is about to drop messages.
 *
 * A partition of the mock keeps at most 5 MiB or 100,000 record batches (rdkafka_mock.c, rd_kafka_mock_partition_init)
 * and then drops the oldest without a word. Only its debug log (`debug=mock`) knows the sizes as they are stored, that
 * is, compressed and per batch; it has one line for every batch that any client appends:
 *
 *     Broker 1: Log append words [3] 2 messages, 79 bytes at offset 40 (log now 0..42, original start 0)
 */
import { TowpathError } from "../../../lib/errors.ts";

/** Below the mock's limits, because the log is read after the fact: a batch of 1 MB may be on its way. */
const partitionBytesMax = 4 * 1024 * 1024;
const partitionBatchesMax = 80_000;

const appended =
  /Log append (\S+) \[(\d+)\] \d+ messages, (\d+) bytes at offset \d+ \(log now (\d+)\.\.\d+, original start (\d+)\)/;

interface Fill {
  bytes: number;
  batches: number;
}

export class RetentionWatch {
  readonly #partitions = new Map<string, Fill>();

  /** Takes one line of the log; returns TP_EMBEDDED_FULL when a partition is nearly full, or has lost messages. */
  note(line: string): TowpathError | undefined {
    if (!line.includes("Log append")) return undefined;
    const match = appended.exec(line);
    if (match === null) return undefined;
    const where = `topic ${match[1]}, partition ${match[2]}`;
    const fill = this.#partitions.get(where) ?? { bytes: 0, batches: 0 };
    this.#partitions.set(where, fill);
    fill.bytes += Number(match[3]);
    fill.batches++;
    if (Number(match[4]) > 0) return full("the embedded broker has dropped its oldest messages", where);
    if (fill.bytes < partitionBytesMax && fill.batches < partitionBatchesMax) return undefined;
    return full("the embedded broker is full: it would drop its oldest messages next", where);
  }
}

function full(detail: string, where: string): TowpathError {
  return new TowpathError("TP_EMBEDDED_FULL", detail, {
    where,
    hint: "It holds about 4 MB (or 80,000 batches) a partition, for demos and tests. Use a real Kafka for more.",
  });
}
