/** Random histories of random writers, cut into messages and feeds at random, against plain Maps. */
import { expect, test } from "vitest";
import { pointerText } from "../../../lib/data/cell.ts";
import { keyOfValues } from "../../../lib/data/row-key.ts";
import { columnsOf } from "../../connectors/formats/packed.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { message, type UpdateMessage, UpdatesReader } from "../../support/updates-reader.ts";

const seed = seedFrom("TOWPATH_FUZZ_SEED");

interface Row {
  readonly id: string | null;
  readonly n: number;
}

/** How rows get their keys. */
type Keying = "content" | "primary" | "written";

interface Update extends Row {
  readonly diff: number;
  readonly time: number;
  readonly key?: string;
}

const columns = columnsOf({ id: "str?", n: "int" });

function keyText(...values: readonly unknown[]): string {
  return pointerText(new Uint8Array(keyOfValues(values).buffer));
}

/**
 * One partition's writer, which now and then crashes and begins anew. `states` are the rows after each commit that its
 * readers must see, in the order of its messages.
 */
class Writer {
  readonly #rng: Rng;
  readonly #keying: Keying;
  readonly #partition: number;
  #run = 0;
  /** The runs that readers have seen commits of. */
  readonly #known: number[] = [];
  #time = 2;
  #rows: Row[] = [];
  /** Messages of this run, to send again. */
  #sent: UpdateMessage[] = [];
  readonly stream: { readonly message: UpdateMessage; readonly states: readonly (readonly Row[])[] }[] = [];

  constructor(rng: Rng, keying: Keying, partition: number) {
    this.#rng = rng;
    this.#keying = keying;
    this.#partition = partition;
  }

  step(): void {
    this.#rng.weighted<() => void>([
      [6, () => this.#whole(this.#rng.between(1, 4))],
      [2, () => this.#parts(this.#rng.between(2, 4))],
      [1, () => this.#interrupted()],
      [1, () => this.#repeat()],
      [1, () => this.#lateCommits()],
      [1, () => this.#bad()],
      [0.7, () => this.#restart()],
    ])();
  }

  /** A message of several commits. */
  #whole(count: number): void {
    const states: Row[][] = [];
    const updates = Array.from({ length: count }, () => {
      const commit = this.#commit();
      if (commit.length > 0) states.push([...this.#rows]);
      return commit;
    }).flat();
    this.#send(updates, states);
  }

  /** A commit over several messages. */
  #parts(count: number): void {
    const cut = this.#cut(this.#commit(), count);
    cut.forEach((updates, i) => {
      this.#send(updates, i === count - 1 && cut.flat().length > 0 ? [[...this.#rows]] : [], [i + 1, count]);
    });
  }

  /** The first parts of a commit, which either comes again, cut in another way, or never comes. */
  #interrupted(): void {
    const before = [...this.#rows];
    const commit = this.#commit();
    const count = this.#rng.between(2, 4);
    const sent = this.#rng.between(1, count - 1);
    this.#cut(commit, count)
      .slice(0, sent)
      .forEach((updates, i) => this.#send(updates, [], [i + 1, count]));
    if (this.#rng.chance(0.5)) {
      if (this.#rng.chance(0.5)) this.#send(commit, commit.length > 0 ? [[...this.#rows]] : []);
      else {
        const again = this.#cut(commit, 2);
        this.#send(again[0] ?? [], [], [1, 2]);
        this.#send(again[1] ?? [], commit.length > 0 ? [[...this.#rows]] : [], [2, 2]);
      }
    } else {
      this.#rows = before;
      if (this.#rng.chance(0.5)) this.#restart();
    }
  }

  /** All of this run's messages from some place on come again. */
  #repeat(): void {
    const from = this.#rng.below(this.#sent.length + 1);
    // From the first part of a commit on.
    const first = this.#sent.findIndex(({ part }, i) => i >= from && (part === undefined || part[0] === 1));
    if (first < 0) return;
    const again = this.#sent.slice(first);
    // Not when its end would be missing: the parts that are there would wait for it.
    if (again.at(-1)?.part !== undefined && again.at(-1)?.part?.[0] !== again.at(-1)?.part?.[1]) return;
    for (const repeated of again) this.stream.push({ message: repeated, states: [] });
  }

  /** A message of the run before, which comes too late. */
  #lateCommits(): void {
    if (this.#known.length < 2) return;
    const late = message(this.#name(this.#known.at(-2) ?? 0), [{ diff: 1, id: "late", n: 9, time: 1e9 }]);
    this.stream.push({ message: { ...late, partition: this.#partition }, states: [] });
  }

  #bad(): void {
    const records = [
      { diff: 1, id: "bad", n: 1, time: this.#time + 2 },
      { diff: -1, id: "never", n: 8, time: this.#time + 4 },
    ];
    const sent = this.#rng.pick<UpdateMessage>([
      { payload: null },
      { payload: "x,y" },
      message(this.#name(this.#run), records),
      message("never heard of", records),
    ]);
    this.stream.push({ message: { ...sent, partition: this.#partition }, states: [] });
  }

  #restart(): void {
    this.#run++;
    this.#rows = [];
    this.#sent = [];
    this.#time = this.#rng.below(10);
    this.#whole(1);
  }

  /** The next commit, deletions first; its rows may cancel. */
  #commit(): Update[] {
    const rng = this.#rng;
    this.#time += rng.between(1, 3);
    const gone = rng.shuffled(this.#rows).slice(0, rng.below(3));
    for (const row of gone) this.#rows.splice(this.#rows.indexOf(row), 1);
    const come: Row[] = [];
    for (let i = rng.below(4); i > 0; i--) {
      const row = { id: rng.pick(["a", "b", "é", null]), n: rng.below(2) };
      const taken = [...this.#rows, ...come].some(({ id }) => id === row.id);
      if (this.#keying === "content" || !taken) come.push(row);
    }
    this.#rows = [...this.#rows, ...come];
    const update = (diff: number) => (row: Row) => ({
      diff,
      ...row,
      time: this.#time,
      ...this.#written(row),
    });
    return [...gone.map(update(-1)), ...come.map(update(1))];
  }

  #written(row: Row): { key?: string } {
    return this.#keying === "written" ? { key: keyText("written", this.#partition, row.id) } : {};
  }

  #cut(updates: readonly Update[], count: number): (readonly Update[])[] {
    const cuts = Array.from({ length: count - 1 }, () => this.#rng.below(updates.length + 1)).sort(
      (a, b) => a - b,
    );
    return [0, ...cuts].map((from, i) => updates.slice(from, cuts[i] ?? updates.length));
  }

  #send(updates: readonly Update[], states: readonly (readonly Row[])[], part?: [number, number]): void {
    const more = { partition: this.#partition, ...(part === undefined ? {} : { part }) };
    const sent = message(this.#name(this.#run), updates, more);
    this.#sent.push(sent);
    if (states.length > 0 && this.#known.at(-1) !== this.#run) this.#known.push(this.#run);
    this.stream.push({ message: sent, states });
  }

  #name(run: number): string | undefined {
    return run === 0 ? undefined : `run ${run}`;
  }
}

/** The partitions' streams as one, each in its order. */
function interleaved(rng: Rng, writers: readonly Writer[]): { partition: number; at: number }[] {
  const next = writers.map(() => 0);
  const order: { partition: number; at: number }[] = [];
  for (;;) {
    const open = next.flatMap((at, i) => (at < (writers[i] as Writer).stream.length ? [i] : []));
    if (open.length === 0) return order;
    const partition = rng.pick(open);
    order.push({ partition, at: next[partition]++ });
  }
}

/** The table that a reader has: key and row, sorted. */
function tableOf(keying: Keying, states: readonly (readonly Row[])[]): string[] {
  const counts = new Map<string, number>();
  return states
    .flatMap((rows, partition) => rows.map((row) => ({ row, partition })))
    .map(({ row, partition }) => {
      const text = JSON.stringify(row);
      if (keying === "written") return `${keyText("written", partition, row.id)} ${text}`;
      if (keying === "primary") return `${keyText(row.id)} ${text}`;
      const ordinal = counts.get(text) ?? 0;
      counts.set(text, ordinal + 1);
      return `${keyText(row.id, row.n, ordinal)} ${text}`;
    })
    .sort();
}

function check(rng: Rng, hint: string): void {
  const keying = rng.pick<Keying>(["content", "primary", "written"]);
  // Two partitions would soon have the same primary key.
  const partitions = keying === "primary" ? 1 : rng.between(1, 3);
  const writers = Array.from({ length: partitions }, (_, i) => new Writer(rng.fork(), keying, i));
  for (const writer of writers) for (let i = rng.below(40); i > 0; i--) writer.step();

  const states: (readonly Row[])[] = writers.map(() => []);
  let expected = tableOf(keying, states).join();
  const expectedTables: string[] = [];
  const messages: UpdateMessage[] = [];
  for (const { partition, at } of interleaved(rng, writers)) {
    const entry = (writers[partition] as Writer).stream[at];
    if (entry === undefined) throw new Error("no such message");
    messages.push(entry.message);
    for (const state of entry.states) {
      states[partition] = state;
      const table = tableOf(keying, states).join();
      if (table !== expected) expectedTables.push(table);
      expected = table;
    }
  }

  const primaryKey = keying === "primary" ? [0] : null;
  const reader = new UpdatesReader(columns, { onError: "skip", primaryKey });
  const tables: string[] = [];
  const rows = new Map<string, string>();
  for (let at = 0; at < messages.length; ) {
    const count = rng.between(1, 6);
    for (const changes of reader.feed(...messages.slice(at, at + count))) {
      expect(changes.length, hint).toBeGreaterThan(0);
      for (const { key, row, diff } of changes) {
        if (diff < 0) rows.delete(key);
        else rows.set(key, JSON.stringify(row));
      }
      tables.push(
        [...rows]
          .map(([key, row]) => `${key} ${row}`)
          .sort()
          .join(),
      );
    }
    at += count;
  }
  expect(tables, hint).toEqual(expectedTables);
}

test(`readers see each commit of each run once and whole (TOWPATH_FUZZ_SEED=${seed})`, {
  timeout: 60_000,
}, () => {
  const rng = new Rng(seed);
  for (let round = 0; round < 120; round++) {
    check(rng.fork(), `TOWPATH_FUZZ_SEED=${seed}, round ${round}`);
  }
});
