import type { Batch } from "../../../lib/data/batch.ts";
import type { Formatter } from "../../../lib/io/formatter.ts";
import type { Envelope, MessageOutput } from "../produce/envelope.ts";
import type { CommitHeaders } from "./commit-headers.ts";
import type { TopicOfRow } from "./row-topic.ts";
import { type MessageLimits, UpdatesWriter } from "./updates-writer.ts";

/** Where the messages of this envelope go. */
export interface UpdatesTarget {
  readonly topicOf: TopicOfRow | number;
  readonly partition: number;
}

/**
 * The envelope "updates": whole commits, each message a JSON array of rows, all in one partition. With a topic for each
 * row, one message for each topic and commit.
 */
export class UpdatesEnvelope implements Envelope {
  readonly #writer: UpdatesWriter;
  readonly #headers: CommitHeaders;
  readonly #output: MessageOutput;
  readonly #topicOf: TopicOfRow | number;
  readonly #partition: number;
  /** The topic that the next message goes to. */
  #topic: number;
  /** Messages of one commit that go together: a topic that fails takes back those of the topics before. */
  #together: number | null = null;
  sentTime = Number.NEGATIVE_INFINITY;

  constructor(
    formatter: Formatter,
    limits: MessageLimits,
    target: UpdatesTarget,
    headers: CommitHeaders,
    output: MessageOutput,
  ) {
    this.#headers = headers;
    this.#output = output;
    this.#topicOf = target.topicOf;
    this.#topic = typeof target.topicOf === "number" ? target.topicOf : -1;
    this.#partition = target.partition;
    this.#writer = new UpdatesWriter(formatter, limits, (payload, time, part, parts) =>
      this.#add(payload, time, part, parts),
    );
  }

  get pendingCommits(): number {
    return this.#writer.pendingCommits;
  }

  write(batch: Batch, order: Uint32Array): number {
    if (typeof this.#topicOf === "number") return this.#writer.write(batch, order);
    const mark = this.#output.outbox.mark();
    this.#together = 0;
    try {
      let changes = 0;
      for (const [topic, rows] of byTopic(batch, order, this.#topicOf)) {
        this.#topic = topic;
        changes += this.#writer.write(batch, Uint32Array.from(rows));
      }
      this.#commit(batch.time, this.#together);
      return changes;
    } catch (error) {
      this.#output.outbox.putBack(mark);
      throw error;
    } finally {
      this.#together = null;
    }
  }

  flush(): void {
    this.#writer.flush();
  }

  #add(payload: Buffer, time: number, part: number, parts: number): void {
    const { outbox } = this.#output;
    const { out } = outbox.begin();
    const value = out.used;
    out.append(payload);
    const headers = out.used;
    this.#headers.begin(time);
    this.#headers.appendPart(out, part, parts);
    const ticket = this.#output.ticket(time);
    outbox.add(this.#topic, this.#partition, value, headers, 0, -1, headers, out.used, ticket);
    if (this.#together === null) this.#commit(time, 1);
    else this.#together++;
  }

  #commit(time: number, messages: number): void {
    this.#output.commit(time, messages);
    this.sentTime = time;
  }
}

/** Rows by topic, topics and rows in the order given. */
function byTopic(batch: Batch, order: Uint32Array, topicOf: TopicOfRow): Map<number, number[]> {
  const rows = new Map<number, number[]>();
  for (const row of order) {
    const topic = topicOf(batch, row);
    const known = rows.get(topic);
    if (known === undefined) rows.set(topic, [row]);
    else known.push(row);
  }
  return rows;
}
