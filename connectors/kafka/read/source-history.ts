import type { StateReader, StateWriter } from "../../../lib/data/state.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { CommitEnds } from "../../../lib/io/replay.ts";
import type { Session } from "../../../lib/io/session.ts";
import type { JournalledCommit, SourceHistory } from "../../../lib/io/source.ts";
import type { PartitionSlots, TopicPartition } from "../client/partition-slots.ts";

/** A commit in the journal. Partitions are "topic/number". */
interface Range {
  /** Where reading goes on in the partitions that the commit moved. */
  readonly to: Readonly<Record<string, number>>;
  /** Where reading began in partitions that neither a commit nor a state has named before; in the order of slots. */
  readonly from?: readonly (readonly [partition: string, offset: number])[];
  /** What the format has found in the messages, where that is news: the csv header. */
  readonly header?: unknown;
}

interface SavedPartition extends TopicPartition {
  /** Null where it was not known yet. */
  readonly position: number | null;
}

/** What an earlier process has read of a partition. */
export interface Resumed {
  /** The offset to begin at; -1: the beginning. */
  readonly position: number;
  /** The offset that the commits which are made again end at; -1 where they do not touch it. */
  readonly replayedTo: number;
}

/** What a Kafka source needs to go on where an earlier process ended: offsets, and its session's state. */
export class KafkaHistory implements SourceHistory {
  readonly #topics: readonly string[];
  readonly #slots: PartitionSlots;
  readonly #session: Session;
  readonly #onCheckpoint: (time: number) => void;
  /** By slot: where reading goes on behind the last sealed commit, -1 where nobody knows. */
  #positions: number[] = [];
  #replayedTo: number[] = [];
  /** Where slots begin that no range has named yet. */
  readonly #untold = new Map<number, number>();
  #toldHeader = "null";
  /** Ranges of commits that are to be made again, and of the one that has just been. */
  #replayed: Range[] = [];
  #remade: Range | null = null;
  #isOn = false;

  constructor(
    topics: readonly string[],
    slots: PartitionSlots,
    session: Session,
    onCheckpoint: (time: number) => void,
  ) {
    this.#topics = topics;
    this.#slots = slots;
    this.#session = session;
    this.#onCheckpoint = onCheckpoint;
  }

  /** Whether the run keeps a journal. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Of a commit that is made again: what is not its own doing is as it was. */
  range(): Range {
    const to = Object.fromEntries(
      [...this.#session.sealedOffsets()].map(([slot, end]) => [this.#nameOf(slot), end]),
    );
    if (this.#remade !== null) {
      const { from, header } = this.#remade;
      return { to, ...(from === undefined ? {} : { from }), ...(header === undefined ? {} : { header }) };
    }
    const from = [...this.#untold].map(([slot, start]) => [this.#nameOf(slot), start] as const);
    this.#untold.clear();
    const { learnt } = this.#session;
    const headerText = JSON.stringify(learnt);
    const isNews = headerText !== this.#toldHeader;
    this.#toldHeader = headerText;
    return { to, ...(from.length > 0 ? { from } : {}), ...(isNews ? { header: learnt } : {}) };
  }

  /** The session has sealed a commit. */
  sealed(): void {
    if (!this.#isOn) return;
    this.#remade = this.#replayed.shift() ?? null;
    for (const [slot, end] of this.#session.sealedOffsets()) this.#positions[slot] = end;
  }

  /** Reading a partition begins at `position`, -1 where that is not known. */
  begin(slot: number, position: number): void {
    if (position >= 0 && (this.#positions[slot] ?? -1) < 0) this.#untold.set(slot, position);
    this.#positions[slot] = position;
    this.#session.pass(slot, position);
  }

  save(writer: StateWriter): void {
    const partitions: SavedPartition[] = this.#slots.all().map((partition, slot) => {
      const position = this.#positions[slot] ?? -1;
      return { ...partition, position: position < 0 ? null : position };
    });
    writer.value("partitions", partitions);
    writer.value("header", this.#session.learnt);
    this.#session.save(writer.scope("session"));
  }

  /** Partitions get the slots that they had, because the session's state knows them by these. */
  resume(state: StateReader | null, commits: readonly JournalledCommit[]): void {
    this.#isOn = true;
    if (state !== null) {
      for (const { topic, partition, position } of state.value("partitions") as SavedPartition[]) {
        const slot = this.#slots.add(this.#checkTopic(topic), partition);
        this.#positions[slot] = position ?? -1;
      }
      this.#learn(state.value("header"));
      this.#session.load(state.scope("session"));
    }
    this.#replayed = commits.map(({ range }) => range as Range);
    this.#session.replay(this.#replayed.map((range) => this.#read(range)));
  }

  checkpointed(time: number): void {
    this.#onCheckpoint(time);
  }

  /** Null for a partition that no earlier process has seen. */
  resumed(topic: string, partition: number): Resumed | null {
    const slot = this.#slots.find(topic, partition);
    if (slot < 0) return null;
    return { position: this.#positions[slot] ?? -1, replayedTo: this.#replayedTo[slot] ?? -1 };
  }

  /** Whether an earlier process has read a topic: what came into being since then is read from its beginning. */
  hasRead(topic: string): boolean {
    return this.#slots.all().some((known) => known.topic === topic);
  }

  /** Throws TP_SOURCE_CHANGED where a partition that has been read is not among those that are to be. */
  check(partitions: readonly TopicPartition[]): void {
    const isThere = (known: TopicPartition): boolean =>
      partitions.some(({ topic, partition }) => topic === known.topic && partition === known.partition);
    const missing = this.#slots.all().findIndex((known) => !isThere(known));
    if (missing < 0) return;
    throw new TowpathError(
      "TP_SOURCE_CHANGED",
      "an earlier run has read this partition, and now it is not there, or not among those to be read",
      {
        where: this.#slots.place(missing),
        hint: "Was the topic made anew with fewer partitions, is this another cluster, or was the option partitions changed? Change it back, or start afresh: npx towpath state PATH --clear.",
      },
    );
  }

  #read({ to, from = [], header }: Range): CommitEnds {
    for (const [name, position] of from) this.#positions[this.#slotOf(name)] = position;
    if (header !== undefined) this.#learn(header);
    const ends = new Map(Object.entries(to).map(([name, end]) => [this.#slotOf(name), end] as const));
    for (const [slot, end] of ends) this.#replayedTo[slot] = end;
    return ends;
  }

  #learn(header: unknown): void {
    this.#toldHeader = JSON.stringify(header);
    this.#session.learn(header);
  }

  #slotOf(name: string): number {
    const at = name.lastIndexOf("/");
    const topic = this.#checkTopic(name.slice(0, at));
    const partition = Number(name.slice(at + 1));
    const known = this.#slots.find(topic, partition);
    return known < 0 ? this.#slots.add(topic, partition) : known;
  }

  #nameOf(slot: number): string {
    const { topic, partition } = this.#slots.at(slot);
    return `${topic}/${partition}`;
  }

  #checkTopic(topic: string): string {
    if (this.#topics.includes(topic)) return topic;
    throw new TowpathError(
      "TP_SOURCE_CHANGED",
      `an earlier run has read the topic ${topic}, and this one does not`,
      {
        hint: "Read it again, or start afresh: npx towpath state PATH --clear.",
      },
    );
  }
}
