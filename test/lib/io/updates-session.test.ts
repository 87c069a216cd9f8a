import { describe, expect, test } from "vitest";
import { pointerText } from "../../../lib/data/cell.ts";
import { keyOfValues } from "../../../lib/data/row-key.ts";
import type { TowpathError } from "../../../lib/errors.ts";
import { defaultCommitPolicy } from "../../../lib/io/commit-policy.ts";
import type { PackedMessages } from "../../../lib/io/parser.ts";
import { columnsOf } from "../../connectors/formats/packed.ts";
import { message, UpdatesReader } from "../../support/updates-reader.ts";

const columns = columnsOf({ word: "str", n: "int" });

/** A record: "+a1@2" is word a with n 1 that comes at time 2. */
function record(text: string): object {
  const [, sign, word, n, time] = /^([+-])(\w)(\d)@(\d+)$/.exec(text) ?? [];
  return { diff: sign === "+" ? 1 : -1, n: Number(n), time: Number(time), word };
}

function updatesOf(run: string | undefined, text: string, more = {}): ReturnType<typeof message> {
  return message(run, text.split(" ").map(record), more);
}

/** "-a1 +b2", in the order of diffs and then of words. */
function shown(commits: ReturnType<UpdatesReader["feed"]>): string[] {
  return commits.map((changes) =>
    changes
      .map(({ row, diff }) => `${diff > 0 ? "+" : "-"}${row.word}${row.n}`)
      .sort((a, b) => (a[0] === b[0] ? (a < b ? -1 : 1) : a[0] === "-" ? -1 : 1))
      .join(" "),
  );
}

function keyText(...values: unknown[]): string {
  return pointerText(new Uint8Array(keyOfValues(values).buffer));
}

function errorOf(call: () => void): TowpathError {
  try {
    call();
  } catch (error) {
    return error as TowpathError;
  }
  throw new Error("it did not throw");
}

describe("commits", () => {
  test("of one message come one by one, in order, and what comes to nothing does not", () => {
    const reader = new UpdatesReader(columns);
    const commits = reader.feed(updatesOf("r", "+a1@2 +b1@2 -a1@4 +a2@4 -b1@6 +b1@6 +c1@8"));
    expect(shown(commits)).toEqual(["+a1 +b1", "-a1 +a2", "+c1"]);
    expect([reader.session.commits, reader.session.rows]).toEqual([3, 7]);
  });

  test("markers and empty arrays mean nothing", () => {
    const reader = new UpdatesReader(columns);
    const marker = { payload: " *COMMIT*\n" };
    const commits = reader.feed(marker, updatesOf("r", "+a1@2"), marker, { payload: "[]" }, marker);
    expect(shown(commits)).toEqual(["+a1"]);
    expect(reader.session.rejected).toBe(0);
  });

  test("that were read already are dropped, within messages too, and logged once", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(updatesOf("r", "+a1@2"), updatesOf("r", "+b1@4"));
    expect(shown(reader.feed(updatesOf("r", "+a1@2 +b1@4 +c1@6"), updatesOf("r", "+b1@4")))).toEqual(["+c1"]);
    expect(reader.logs).toEqual([
      "a commit that had been read already came again and was left out (topic t, partition 0, offset 2)",
    ]);
  });

  test("say how far they were read: the last of a message is the end of the message", () => {
    const reader = new UpdatesReader(columns);
    const { session } = reader;
    const before = reader.feed(updatesOf("r", "+a1@2"));
    expect(before.length).toBe(1);
    const reached: (readonly [number, number][])[] = [];
    const { seal } = session;
    session.seal = (time) => {
      const batch = seal.call(session, time);
      reached.push([...session.sealedOffsets()]);
      return batch;
    };
    const parts = [1, 2].map((part) => updatesOf("r", `+x${part}@8`, { part: [part, 2] }));
    reader.feed(updatesOf("r", "+b1@4 +c1@6"), ...parts);
    expect(reached).toEqual([[[0, 1]], [[0, 2]], [[0, 4]]]);
  });
});

describe("runs", () => {
  test("a new one's first commit replaces the rows of the former, and says only what differs", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(updatesOf("r", "+a1@2 +b1@2"), updatesOf("r", "+c1@4"));
    expect(shown(reader.feed(updatesOf("s", "+a1@1 +d1@1 -d1@3")))).toEqual(["-b1 -c1 +d1", "-d1"]);
    expect(reader.logs).toEqual([
      "the writer began anew: its first commit replaces 3 rows (topic t, partition 0, offset 2)",
    ]);
  });

  test("one that was replaced has no more say", () => {
    const reader = new UpdatesReader(columns);
    const commits = reader.feed(
      updatesOf("r", "+a1@2"),
      updatesOf("s", "+b1@2"),
      updatesOf("r", "-a1@4 +a2@4"),
      updatesOf("s", "+c1@4"),
    );
    expect(shown(commits)).toEqual(["+a1", "-a1 +b1", "+c1"]);
    expect(reader.logs.at(-1)).toBe(
      "a message of the run r was left out, because a newer run has taken its place: do two programs write to this topic? (topic t, partition 0, offset 2)",
    );
  });

  test("messages without the header are all of one", () => {
    const reader = new UpdatesReader(columns);
    const commits = reader.feed(updatesOf(undefined, "+a1@2"), updatesOf(undefined, "-a1@4"));
    expect(shown(commits)).toEqual(["+a1", "-a1"]);
  });

  test("partitions are histories of their own over one table", () => {
    const reader = new UpdatesReader(columns);
    const one = { partition: 1 };
    const commits = reader.feed(
      updatesOf("r", "+a1@8"),
      updatesOf("s", "+a1@2", one),
      updatesOf("t", "+b1@2"),
      updatesOf("s", "-a1@4", one),
    );
    expect(shown(commits)).toEqual(["+a1", "+a1", "-a1 +b1", "-a1"]);
    expect(errorOf(() => reader.feed(updatesOf("s", "-b1@6", one))).code).toBe("TP_ROW_ABSENT");
  });
});

describe("parts", () => {
  const part = (run: string, text: string, n: number, of: number): ReturnType<typeof message> =>
    updatesOf(run, text, { part: [n, of] });

  test("become visible together", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(updatesOf("r", "+a1@2"));
    expect(reader.feed(part("r", "-a1@4 +b1@4", 1, 3), part("r", "+b2@4", 2, 3))).toEqual([]);
    expect([reader.session.pendingRows, reader.table.size]).toEqual([3, 1]);
    expect(shown(reader.feed(part("r", "+b3@4", 3, 3), updatesOf("r", "-b3@6")))).toEqual([
      "-a1 +b1 +b2 +b3",
      "-b3",
    ]);
    expect(reader.session.pendingRows).toBe(0);
  });

  test("a crash between them: a new run's first message discards them", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(updatesOf("r", "+a1@2"), part("r", "+b1@4", 1, 2));
    expect(shown(reader.feed(updatesOf("s", "+c1@2")))).toEqual(["-a1 +c1"]);
    expect(reader.logs[0]).toBe(
      "a commit was left out, 1 rows: 1 of its 2 parts had come, then another commit came (topic t, partition 0, offset 1)",
    );
  });

  test("that come after a new run has begun are too late, even where they are all that their run has said", () => {
    const reader = new UpdatesReader(columns);
    const late = part("r", "+a1@2", 2, 2);
    const commits = reader.feed(
      part("r", "+a1@2", 1, 2),
      part("s", "+b1@2", 1, 2),
      part("s", "+b2@2", 2, 2),
      late,
    );
    expect(shown(commits)).toEqual(["+b1 +b2"]);
    expect(shown(reader.feed(late, updatesOf("s", "+c1@4")))).toEqual(["+c1"]);
  });

  test("a crash between them: a commit that is repeated begins again, however it is cut", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(part("r", "+a1@4", 1, 3), part("r", "+b1@4", 2, 3));
    const commits = reader.feed(part("r", "+a1@4 +b1@4", 1, 2), part("r", "+c1@4", 2, 2));
    expect(shown(commits)).toEqual(["+a1 +b1 +c1"]);
  });

  test("a replay of all of them is dropped", () => {
    const reader = new UpdatesReader(columns);
    const both = [part("r", "+a1@4", 1, 2), part("r", "+b1@4", 2, 2)];
    expect(shown(reader.feed(...both, ...both))).toEqual(["+a1 +b1"]);
  });

  test("partitions do not disturb each other's", () => {
    const reader = new UpdatesReader(columns);
    const other = updatesOf("s", "+z1@2", { partition: 1 });
    expect(shown(reader.feed(part("r", "+a1@4", 1, 2), other, part("r", "+b1@4", 2, 2)))).toEqual([
      "+z1",
      "+a1 +b1",
    ]);
  });

  test("the end of a static source leaves incomplete ones out, and says so", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(part("r", "+a1@4", 1, 2));
    expect(reader.session.finish()).toBe(false);
    expect(reader.logs).toEqual([
      "a commit was left out, 1 rows: 1 of its 2 parts had come, then the topic ends there (topic t, partition 0, offset 0)",
    ]);
  });

  test("that do not come are reported after 10 s", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(part("r", "+a1@4", 1, 2));
    reader.session.remind();
    reader.now += 10_000;
    reader.session.remind();
    reader.session.remind();
    expect(reader.logs).toEqual([
      "a commit has waited 10 s for part 2 of its 2 parts (topic t, partition 0); it stays invisible until it is whole",
    ]);
  });

  test("beyond commit.maxPendingRows the run fails", () => {
    const policy = { ...defaultCommitPolicy, marker: null, maxPendingRows: 2 };
    const reader = new UpdatesReader(columns, { policy });
    reader.feed(part("r", "+a1@4 +a2@4", 1, 3));
    expect(errorOf(() => reader.feed(part("r", "+a3@4", 2, 3))).message).toBe(
      "TP_COMMIT_TOO_LARGE: more than 2 rows wait for the other parts of their commits. Raise commit.maxPendingRows.",
    );
  });
});

describe("keys", () => {
  const key = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

  test("without any, of equal rows: their cells and numbers, the last goes first", () => {
    const reader = new UpdatesReader(columns);
    reader.feed(updatesOf("r", "+a1@2 +a1@2 +a1@4"));
    expect([...reader.table.keys()]).toEqual([0, 1, 2].map((i) => keyText("a", 1, i)));
    expect(reader.feed(updatesOf("r", "-a1@6 -a1@6 +b1@6"))[0]?.map(({ key: text }) => text)).toEqual([
      keyText("a", 1, 1),
      keyText("a", 1, 2),
      keyText("b", 1, 0),
    ]);
  });

  test("of the primary key", () => {
    const reader = new UpdatesReader(columns, { primaryKey: [0] });
    reader.feed(updatesOf("r", "+a1@2"), updatesOf("r", "+a2@4 -a1@4"));
    expect([...reader.table]).toEqual([[keyText("a"), { word: "a", n: 2 }]]);
  });

  test("of the writer come before the primary key", () => {
    const reader = new UpdatesReader(columns, { primaryKey: [0] });
    reader.feed(message("r", [{ ...record("+a1@2"), key }, record("+b1@2")]));
    expect([...reader.table.keys()]).toEqual([key, keyText("b")]);
    reader.feed(
      message("r", [
        { ...record("-a1@4"), key },
        { ...record("+a2@4"), key },
      ]),
    );
    expect(reader.table.get(key)).toEqual({ word: "a", n: 2 });
  });

  test("a column called key is a column", () => {
    const reader = new UpdatesReader(columnsOf({ key: "str" }));
    reader.feed(message("r", [{ diff: 1, key: "x", time: 2 }]));
    expect([...reader.table]).toEqual([[keyText("x", 0), { key: "x" }]]);
  });

  test("that two live rows would have are refused", () => {
    const reader = new UpdatesReader(columns, { primaryKey: [0] });
    expect(errorOf(() => reader.feed(updatesOf("r", "+b1@2 +a1@4 +a2@4"))).message).toBe(
      'TP_ROW_DUPLICATE_KEY: the row with word="a", n=1 would be the second one with its key (topic t, partition 0, offset 0). Name a primary key that tells rows apart, or leave primaryKey (and the writer\'s includeKey) out, or set onError: "skip" to leave such messages out.',
    );
    const others = new UpdatesReader(columns, { primaryKey: [0] });
    others.feed(updatesOf("r", "+a1@2"));
    const again = updatesOf("s", "+a1@2", { partition: 1 });
    expect(errorOf(() => others.feed(again)).code).toBe("TP_ROW_DUPLICATE_KEY");
  });

  test("do not depend on which columns are needed", () => {
    const keyless = new UpdatesReader(columns, { needed: [true, false] });
    const commits = keyless.feed(updatesOf("r", "+a1@2 -a1@4 +a2@4"));
    expect(commits.map((changes) => changes.map(({ key: text, row }) => [text, row]))).toEqual([
      [[keyText("a", 1, 0), { word: "a" }]],
      [
        [keyText("a", 1, 0), { word: "a" }],
        [keyText("a", 2, 0), { word: "a" }],
      ],
    ]);
    const keyed = new UpdatesReader(columns, { needed: [true, false], primaryKey: [0] });
    expect(keyed.feed(updatesOf("r", "+a1@2 -a1@4 +a2@4 +b1@6")).map((changes) => changes.length)).toEqual([
      1, 0, 1,
    ]);
  });
});

describe("bad messages", () => {
  const bad: readonly (readonly [string, string, ReturnType<typeof message>])[] = [
    ["TP_ROW_NULL", "the message has no payload", { payload: null, run: "r" }],
    ["TP_ROW_BAD_UPDATES", "`hello,1` is no array of updates", { payload: "hello,1" }],
    ["TP_ROW_BAD_UPDATES", '`{"word":"a","n":1}` is no array of updates', { payload: '{"word":"a","n":1}' }],
    ["TP_ROW_BAD_UPDATES", "the empty message is no array of updates", { payload: "" }],
    ["TP_ROW_BAD_JSON", "it ends too early", { payload: '[{"word":"a"' }],
    ["TP_ROW_MISSING_COLUMN", 'column "diff" is missing', { payload: '[{"word":"a","n":1}]' }],
    ["TP_ROW_MISSING_COLUMN", 'column "n" is missing', { payload: '[{"diff":1,"time":2,"word":"a"}]' }],
    [
      "TP_ROW_BAD_VALUE",
      'column "n": "x" is not an int',
      message("r", [{ diff: 1, n: "x", time: 2, word: "a" }]),
    ],
    [
      "TP_ROW_BAD_UPDATES",
      "in item 1 of the array, diff is 2",
      message("r", [record("+a1@2"), { ...record("+a1@2"), diff: 2 }]),
    ],
    ["TP_ROW_BAD_UPDATES", "in item 1 of the array, time falls to 2 after 4", updatesOf("r", "+a1@4 +b1@2")],
    [
      "TP_ROW_BAD_VALUE",
      'column "key": "k1" is not a pointer?',
      message("r", [{ ...record("+a1@2"), key: "k1" }]),
    ],
    [
      "TP_ROW_BAD_UPDATES",
      "the headers part and parts do not say",
      updatesOf("r", "+a1@2", { part: [3, 2] }),
    ],
    [
      "TP_ROW_BAD_UPDATES",
      "the headers part and parts do not say",
      updatesOf("r", "+a1@2", { part: ["x", 2] }),
    ],
    [
      "TP_ROW_BAD_UPDATES",
      "part 2 of 2 came without the part before it",
      updatesOf("r", "+a1@2", { part: [2, 2] }),
    ],
    [
      "TP_ROW_BAD_UPDATES",
      "the parts of a commit have several times",
      updatesOf("r", "+a1@2 +a1@4", { part: [1, 2] }),
    ],
    [
      "TP_ROW_ABSENT",
      'the row with word="b", n=1 is taken back and is not there',
      updatesOf("r", "+a1@2 -b1@4"),
    ],
  ];

  test.each(bad)("%s: %s", (code, detail, sent) => {
    const error = errorOf(() => new UpdatesReader(columns).feed(sent));
    expect(error.code).toBe(code);
    expect(error.detail).toContain(detail);
    expect(error.where).toBe("topic t, partition 0, offset 0");
    expect(error.hint).toMatch(
      /^(Have nobody but pw.kafka.write|Read from the earliest message).*onError: "skip"/,
    );
  });

  test("that are skipped leave no trace: neither rows, nor times, nor a run", () => {
    const reader = new UpdatesReader(columns, { onError: "skip" });
    const commits = reader.feed(
      updatesOf("r", "+a1@2"),
      updatesOf("r", "+x1@4 +y1@6 -z1@8"),
      updatesOf("s", "+x1@2 -z1@2"),
      updatesOf("r", "+b1@4"),
      { payload: "hello" },
      updatesOf("s", "+c1@2"),
    );
    expect(shown(commits)).toEqual(["+a1", "+b1", "-a1 -b1 +c1"]);
    expect(reader.session.rejected).toBe(3);
  });

  test("take the other parts of their commit along, to where rejected messages go", () => {
    const sent: string[] = [];
    const send = (messages: PackedMessages, i: number, code: string): void => {
      const start = i === 0 ? 0 : messages.ends[i - 1];
      const payload = Buffer.from(messages.bytes.subarray(start, messages.ends[i])).toString();
      sent.push(`${messages.offsets[i]} ${code} ${payload.slice(0, 20)}`);
    };
    const reader = new UpdatesReader(columns, { onError: { topic: "dead", send } });
    const part = (text: string, n: number): ReturnType<typeof message> =>
      updatesOf("r", text, { part: [n, 3] });
    reader.feed(part("+a1@4", 1));
    reader.feed({ ...part("+a1@4", 2), payload: "[nonsense" });
    reader.feed(part("+b1@4", 3));
    expect(reader.feed(updatesOf("r", "+c1@6")).length).toBe(1);
    expect(sent.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "1 TP_ROW_BAD_JSON",
      "0 TP_ROW_BAD_JSON",
      "2 TP_ROW_BAD_UPDATES",
    ]);
    expect(sent[1]).toContain('[{"diff":1,"n":1,"ti');
    sent.length = 0;
    reader.feed(part("+d1@8", 1));
    reader.feed(part("-q1@8", 2));
    expect(reader.feed(part("+e1@8", 3))).toEqual([]);
    expect(sent.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "5 TP_ROW_ABSENT",
      "4 TP_ROW_ABSENT",
      "6 TP_ROW_ABSENT",
    ]);
    expect(reader.table.size).toBe(1);
  });
});
