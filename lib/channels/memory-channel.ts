import { TowpathError } from "../errors.ts";

/** What was written for one member of a group, and how far it has come. */
export interface Lane {
  readonly records: unknown[];
  committed: number;
  /** How many of them the reader that is there has taken. */
  taken: number;
}

/** An end that is there. */
export interface LiveEnd {
  readonly name: string;
  readonly schema: string;
  /** Ends it with this error. */
  fail(error: TowpathError): void;
}

/** What is known of a writer, whether it is there or not. */
export interface WriterState {
  readonly name: string;
  live: LiveEnd | null;
  /** Records of this writer that are in the channel: the next one's number. */
  written: number;
  /** Why its last opening failed, and the moment of it; null where it ended in order, or has not ended. */
  failure: { readonly reason: string; readonly moment: number } | null;
}

interface Group {
  readonly of: number;
  readonly lanes: readonly Lane[];
  readonly members: (LiveEnd | null)[];
}

/** A channel inside the process: what was written for each group of readers, and who is there. */
export class MemoryChannel {
  readonly name: string;
  readonly #groups = new Map<string, Group>();
  readonly #writers = new Map<string, WriterState>();
  #waiting: (() => void)[] = [];
  /** Counts failures of writers: those before a reader was opened are none of its own. */
  #moment = 0;

  constructor(name: string) {
    this.name = name;
  }

  get moment(): number {
    return this.#moment;
  }

  /** All that have ever been opened. */
  get writers(): readonly WriterState[] {
    return [...this.#writers.values()];
  }

  /** Resolves when something has changed: records, a position, or who is there. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  changed(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Throws TP_CHANNEL_PARTITIONS, TP_CHANNEL_TAKEN, TP_CHANNEL_SCHEMA. */
  addReader(reader: LiveEnd, groupName: string, index: number, of: number): Lane {
    const group = this.#groups.get(groupName) ?? newGroup(of);
    if (group.of !== of) {
      const detail = `the group ${groupName} has ${group.of} members, and this reader is member ${index} of ${of}`;
      throw new TowpathError("TP_CHANNEL_PARTITIONS", detail, {
        where: reader.name,
        hint: "All members of a group say the same `of`; for another number of them, choose another group.",
      });
    }
    if (group.members[index] !== null) throw taken(reader);
    const writers = this.writers.filter(({ live }) => live !== null);
    agree(
      reader,
      writers.map(({ live }) => live as LiveEnd),
    );
    this.#groups.set(groupName, group);
    group.members[index] = reader;
    this.changed();
    return group.lanes[index];
  }

  removeReader(reader: LiveEnd): void {
    for (const { members } of this.#groups.values()) {
      const index = members.indexOf(reader);
      if (index >= 0) members[index] = null;
    }
    this.changed();
  }

  /** Throws TP_CHANNEL_TAKEN, TP_CHANNEL_SCHEMA. */
  addWriter(writer: LiveEnd, name: string, groups: readonly string[]): WriterState {
    const state = this.#writers.get(name) ?? { name, live: null, written: 0, failure: null };
    if (state.live !== null) throw taken(writer);
    const readers = groups.flatMap((group) => this.#groups.get(group)?.members ?? []);
    agree(
      writer,
      readers.filter((reader) => reader !== null),
    );
    this.#writers.set(name, state);
    state.live = writer;
    state.failure = null;
    this.changed();
    return state;
  }

  removeWriter(state: WriterState, error: Error | undefined): void {
    state.live = null;
    if (error !== undefined) state.failure = { reason: error.message, moment: ++this.#moment };
    this.changed();
  }

  /** The readers that a writer to these groups waits for, for people. */
  missing(groups: readonly string[]): string[] {
    return groups.flatMap((name) => {
      const group = this.#groups.get(name);
      if (group === undefined) return [`reader ${name}`];
      const absent = group.members.flatMap((member, i) => (member === null ? [i] : []));
      return absent.map((i) => `reader ${name}, member ${i} of ${group.of}`);
    });
  }

  /** Appends a record for each of these groups: to the member whose turn it is. */
  append(groups: readonly string[], state: WriterState, record: unknown): void {
    for (const name of groups) {
      const lanes = this.#groups.get(name)?.lanes ?? [];
      if (lanes.length > 0) lanes[state.written % lanes.length].records.push(record);
    }
    state.written++;
  }

  /** Records that wait for the slowest reader that is there. */
  backlog(groups: readonly string[]): number {
    const waiting = groups.flatMap((name) => {
      const { lanes = [], members = [] } = this.#groups.get(name) ?? {};
      return lanes.map(({ records, taken: at }, i) => (members[i] === null ? 0 : records.length - at));
    });
    return Math.max(0, ...waiting);
  }
}

function newGroup(of: number): Group {
  const lanes = Array.from({ length: of }, () => ({ records: [], committed: 0, taken: 0 }));
  return { of, lanes, members: lanes.map(() => null) };
}

function taken(end: LiveEnd): TowpathError {
  return new TowpathError("TP_CHANNEL_TAKEN", "there is one of that name already", {
    where: end.name,
    hint: "Give each writer a name, and each reader of a group an index, of its own.",
  });
}

/** Both sides hear of it where they do not agree. */
function agree(end: LiveEnd, peers: readonly LiveEnd[]): void {
  const other = peers.find(({ schema }) => schema !== end.schema);
  if (other === undefined) return;
  const error = new TowpathError(
    "TP_CHANNEL_SCHEMA",
    `${end.name} has the schema ${end.schema}, and ${other.name} has ${other.schema}`,
    { hint: "Give both the same schema." },
  );
  other.fail(error);
  throw error;
}
