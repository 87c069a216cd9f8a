/** Sessions with a primary key against a Map: any events, splits, partitions and scopes. */
import { expect, test } from "vitest";
import { formats } from "../../../connectors/formats/index.ts";
import { MessageKeyReader } from "../../../connectors/formats/message-key.ts";
import { readCell } from "../../../lib/data/cell.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { type CommitPolicy, defaultCommitPolicy } from "../../../lib/io/commit-policy.ts";
import { InputSession } from "../../../lib/io/input-session.ts";
import type { SessionOptions } from "../../../lib/io/session-options.ts";
import { Rng, seedFrom } from "../../support/rng.ts";
import { type Message, packed } from "./packed-messages.ts";

const columns: Columns = [
  { name: "id", type: { name: "int", optional: false }, primaryKey: true },
  { name: "note", type: { name: "str", optional: true } },
  { name: "unread", type: { name: "int", optional: true } },
];
const needed = [false, true, false];
const keyReader = new MessageKeyReader(columns, [0]);

interface Sent {
  readonly code: string;
  readonly place: string;
  readonly value: string | null;
  readonly key: string | null;
}

class Harness {
  readonly lines: string[] = [];
  readonly sent: Sent[] = [];
  readonly session: InputSession;
  #time = 0;

  constructor(policy: Partial<CommitPolicy>, more: Partial<SessionOptions>) {
    const text = (bytes: Uint8Array, ends: Uint32Array, nulls: Uint8Array | null, i: number) =>
      nulls?.[i] === 1 ? null : Buffer.from(bytes.subarray(i === 0 ? 0 : ends[i - 1], ends[i])).toString();
    this.session = new InputSession({
      parser: formats.json.parser.create(columns),
      columns,
      needed,
      primaryKey: [0],
      readKey: (...place) => keyReader.read(...place),
      policy: { ...defaultCommitPolicy, ...policy },
      onError: {
        topic: "rejected",
        send: ({ bytes, ends, nulls, keys, partitions, offsets }, i, code) =>
          this.sent.push({
            code,
            place: `${partitions[i]}:${offsets[i]}`,
            value: text(bytes, ends, nulls, i),
            key: keys === null ? null : text(keys.bytes, keys.ends, keys.nulls, i),
          }),
      },
      origin: (partition) => `s/t/${partition}`,
      place: (partition) => `partition ${partition}`,
      log: (line) => this.lines.push(line),
      now: () => 0,
      ...more,
    });
  }

  /** The deltas of the commits that the messages close, each sorted. */
  feed(messages: readonly Message[]): string[][] {
    this.session.feed(packed(messages));
    const commits: string[][] = [];
    while (this.session.poll()) commits.push(this.#seal());
    return commits;
  }

  #seal(): string[] {
    this.#time += 2;
    const batch = this.session.seal(this.#time);
    const changes: string[] = [];
    for (let row = 0; row < (batch?.length ?? 0); row++) {
      if (batch === null) break;
      const [id, note] = [0, 1].map((i) => readCell(batch.columns[i], columns[i].type, row));
      changes.push(`${batch.diffs?.[row] ?? 1} ${id} ${note}`);
    }
    this.session.release();
    return changes.sort();
  }
}

const row = (id: number, note: string | null): string => JSON.stringify({ id, note, unread: 1 });
const at = (partition: number, offset: number, value: string | null, key: string | null = null): Message => ({
  partition,
  offset,
  value,
  key,
});

test("insert: a duplicate is rejected with its whole message, and a row that has ended may come again", () => {
  const { feed, sent } = bound(new Harness({}, { session: "insert" }));
  expect(
    feed([at(0, 0, row(1, "a")), at(0, 1, `[${row(2, "b")},${row(1, "dup")}]`), at(0, 2, "*COMMIT*")]),
  ).toEqual([["1 1 a"]]);
  expect(
    feed([at(0, 3, row(2, "c")), at(0, 4, row(2, "dup")), at(0, 5, row(1, "dup")), at(0, 6, "*COMMIT*")]),
  ).toEqual([["1 2 c"]]);
  expect(
    feed([at(0, 7, null, "1"), at(0, 8, row(1, "again")), at(0, 9, null, "77"), at(0, 10, "*COMMIT*")]),
  ).toEqual([["-1 1 a", "1 1 again"]]);
  expect(sent.map(({ code, place }) => `${code} ${place}`)).toEqual([
    "TP_ROW_DUPLICATE_KEY 0:1",
    "TP_ROW_DUPLICATE_KEY 0:4",
    "TP_ROW_DUPLICATE_KEY 0:5",
  ]);
  expect(sent[1].value).toBe(row(2, "dup"));
});

test("insert: where errors end the run, the duplicate's key and place are named", () => {
  const { feed } = bound(new Harness({}, { session: "insert", onError: "fail" }));
  expect(() => feed([at(2, 3, row(7, "a")), at(2, 4, row(7, "b")), at(2, 5, "*COMMIT*")])).toThrow(
    "TP_ROW_DUPLICATE_KEY: a row with id 7 is there already (partition 2, offset 4).",
  );
});

test("a key that comes in two partitions is told once, whatever follows", () => {
  const { feed, lines } = bound(new Harness({}, { compare: (one, other) => one - other }));
  feed([at(0, 0, row(1, "a")), at(1, 0, row(2, "a")), at(0, 1, "*COMMIT*")]);
  expect(lines).toEqual([]);
  feed([at(0, 2, null, "1"), at(0, 3, "*COMMIT*"), at(1, 1, row(1, "b")), at(0, 4, "*COMMIT*")]);
  expect(lines).toEqual([]);
  feed([at(0, 5, row(2, "c")), at(0, 6, row(1, "c")), at(0, 7, "*COMMIT*")]);
  expect(lines).toEqual([
    expect.stringMatching(/^messages of one key come in several partitions: id 2 in partition 1, .*offset 5/),
  ]);
});

test("a bad update leaves the old row, and an end without a row is nothing", () => {
  const { feed, sent } = bound(new Harness({}, {}));
  expect(feed([at(0, 0, row(1, "a")), at(0, 1, "*COMMIT*")])).toEqual([["1 1 a"]]);
  expect(
    feed([
      at(0, 2, '{"id":1,"note":5}'),
      at(0, 3, null, "x"),
      at(0, 4, null, null),
      at(0, 5, null, "9"),
      at(0, 6, "*COMMIT*"),
    ]),
  ).toEqual([[]]);
  expect(sent).toEqual([
    { code: "TP_ROW_BAD_VALUE", place: "0:2", value: '{"id":1,"note":5}', key: null },
    { code: "TP_ROW_BAD_KEY", place: "0:3", value: null, key: "x" },
    { code: "TP_ROW_BAD_KEY", place: "0:4", value: null, key: null },
  ]);
});

function bound(harness: Harness) {
  return { feed: harness.feed.bind(harness), sent: harness.sent, lines: harness.lines };
}

/** One event as the oracle sees it: rows that come, or a key that ends. */
interface Event {
  readonly partition: number;
  readonly offset: number;
  readonly rows: readonly { id: number; note: string | null }[];
  readonly ends: number | null;
}

function randomMessages(rng: Rng, partitions: number): { messages: Message[]; events: (Event | null)[] } {
  const messages: Message[] = [];
  const events: (Event | null)[] = [];
  const offsets = Array.from({ length: partitions }, () => rng.below(5));
  for (let n = rng.between(0, 60); n > 0; n--) {
    const partition = rng.below(partitions);
    offsets[partition] += rng.between(1, 3);
    const offset = offsets[partition];
    const rows = Array.from(
      {
        length: rng.weighted([
          [6, 1],
          [1, 0],
          [1, 2],
          [1, 3],
        ]),
      },
      () => ({
        id: rng.below(5),
        note: rng.pick(["", "a", "b", null]),
      }),
    );
    const id = rng.below(5);
    const texts = rows.map((r) => JSON.stringify({ ...r, unread: rng.below(3) }));
    const [value, key, event] = rng.weighted<readonly [string | null, string | null, Partial<Event> | null]>([
      [8, [rows.length === 1 ? texts[0] : `[${texts.join()}]`, rng.pick([null, "k"]), { rows }]],
      [
        4,
        [null, rng.pick([`${id}`, ` ${id}`, `{"id":${id}}`, `{"z":[1],"id":${id}}`, `+${id}`]), { ends: id }],
      ],
      [1, [rng.pick(["", "{", '{"note":"a"}', `[{"id":1,"note":"x"},{}]`]), null, { rows: [], ends: -1 }]],
      [1, [null, rng.pick([null, "", "x", "[1]", '{"note":1}', '"1.5"', "null"]), { rows: [], ends: -1 }]],
      [3, [" *COMMIT*\n", null, null]],
    ]);
    messages.push(at(partition, offset, value, key));
    events.push(event === null ? null : { partition, offset, rows: [], ends: null, ...event });
  }
  return { messages, events };
}

class Oracle {
  readonly #rows = new Map<number, string | null>();
  readonly rejected: string[] = [];
  readonly deltas: string[][] = [];

  /** `order` are the partitions, the one behind wins. */
  commit(events: readonly Event[], order: readonly number[], session: "upsert" | "insert"): void {
    if (events.every(({ rows, ends }) => rows.length === 0 && ends === null)) return;
    const before = new Map(this.#rows);
    const sorted = [...events].sort(
      (a, b) => order.indexOf(a.partition) - order.indexOf(b.partition) || a.offset - b.offset,
    );
    for (const { partition, offset, rows, ends } of sorted) {
      const ids = rows.map(({ id }) => id);
      const isDuplicate = ids.some((id, i) => this.#rows.has(id) || ids.indexOf(id) !== i);
      if (session === "insert" && isDuplicate) this.rejected.push(`${partition}:${offset}`);
      else for (const { id, note } of rows) this.#rows.set(id, note);
      if (ends !== null) this.#rows.delete(ends);
    }
    const delta: string[] = [];
    for (const id of new Set([...before.keys(), ...this.#rows.keys()])) {
      const [old, now] = [before.get(id), this.#rows.get(id)];
      if (old === now) continue;
      if (old !== undefined) delta.push(`-1 ${id} ${old}`);
      if (now !== undefined) delta.push(`1 ${id} ${now}`);
    }
    this.deltas.push(delta.sort());
  }
}

/** The commits of a scope, in order, as lists of events. */
function commitsOf(
  scope: CommitPolicy["scope"],
  partitions: number,
  messages: readonly Message[],
  events: readonly (Event | null)[],
): Event[][] {
  const commits: Event[][] = [];
  const segments = Array.from({ length: partitions }, (): Event[][] => [[]]);
  let all: Event[] = [];
  events.forEach((event, i) => {
    const own = segments[messages[i].partition];
    if (event !== null) {
      all.push(event);
      own.at(-1)?.push(event);
    } else if (scope === "connector") {
      commits.push(all);
      all = [];
    } else if (scope === "partition") commits.push(own.splice(0, 1, [])[0]);
    else {
      own.push([]);
      while (segments.every((queue) => queue.length > 1)) {
        commits.push(segments.flatMap((queue) => queue.shift() ?? []));
      }
    }
  });
  return commits;
}

test("whatever comes, however it is cut, a session does what a Map does", () => {
  const seed = seedFrom("TOWPATH_FUZZ_SEED");
  const rng = new Rng(seed);
  for (let run = 0; run < 800; run++) {
    const partitions = rng.between(1, 4);
    const order = rng.shuffled([...Array(partitions).keys()]);
    const scope = rng.pick(["connector", "partition", "aligned"] as const);
    const session = rng.pick(["upsert", "insert"] as const);
    const { messages, events } = randomMessages(rng, partitions);
    const bad = events.flatMap((event) => (event?.ends === -1 ? [`${event.partition}:${event.offset}`] : []));
    const good = events.map((event) => (event?.ends === -1 ? { ...event, ends: null } : event));
    const oracle = new Oracle();
    for (const commit of commitsOf(scope, partitions, messages, good)) oracle.commit(commit, order, session);

    const harness = new Harness(
      { scope },
      { session, compare: (one, other) => order.indexOf(one) - order.indexOf(other) },
    );
    for (let p = 0; p < partitions; p++) harness.session.assign(p);
    const deltas: string[][] = [];
    for (let from = 0; from < messages.length; ) {
      const to = Math.min(messages.length, from + rng.between(1, 12));
      deltas.push(...harness.feed(messages.slice(from, to)));
      from = to;
    }
    const context = `seed ${seed}, run ${run}, ${scope}, ${session}: ${JSON.stringify(messages)}`;
    expect(deltas, context).toEqual(oracle.deltas);
    expect(harness.sent.map(({ place }) => place).sort(), context).toEqual(
      [...bad, ...oracle.rejected].sort(),
    );
    for (const { place, value, key } of harness.sent) {
      const original = messages.find(({ partition, offset }) => `${partition}:${offset}` === place);
      expect([value, key], context).toEqual([original?.value, original?.key]);
    }
  }
});
