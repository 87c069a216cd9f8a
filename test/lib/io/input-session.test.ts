import { describe, expect, test } from "vitest";
import { readCell } from "../../../lib/data/cell.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { type CommitOptions, defaultCommitPolicy } from "../../../lib/io/commit-policy.ts";
import { InputSession } from "../../../lib/io/input-session.ts";
import type { PackedMessages, Parser } from "../../../lib/io/parser.ts";
import type { SessionOptions } from "../../../lib/io/session-options.ts";

const columns: Columns = [{ name: "text", type: { name: "str", optional: false } }];

/** One row a message; "bad" is rejected. */
function textParser(): Parser {
  return {
    trimsMarker: true,
    parseInto(messages, from, to, rows, reject) {
      for (let i = from; i < to; i++) {
        const text = textOf(messages, i);
        if (text === "bad") {
          reject(i, "TP_ROW_BAD_JSON", "it says bad");
          continue;
        }
        const column = rows.columns[0];
        if (column?.layout === "text") column.setString(rows.length, text);
        rows.endRow(messages.partitions[i], messages.offsets[i], 0);
      }
    },
  };
}

function textOf(messages: PackedMessages, i: number): string {
  return Buffer.from(
    messages.bytes.subarray(i === 0 ? 0 : messages.ends[i - 1], messages.ends[i]),
  ).toString();
}

/** "p:text" each. */
function pack(...messages: string[]): PackedMessages {
  const payloads = messages.map((message) => Buffer.from(message.slice(message.indexOf(":") + 1)));
  let end = 0;
  return {
    length: messages.length,
    bytes: Buffer.concat(payloads),
    ends: Uint32Array.from(payloads, (payload) => (end += payload.length)),
    nulls: null,
    partitions: Int32Array.from(messages, (message) => Number(message.split(":")[0])),
    offsets: Float64Array.from(messages, (_, i) => i),
    timestamps: null,
    keys: null,
    headers: null,
  };
}

class Harness {
  readonly lines: string[] = [];
  readonly ahead: string[] = [];
  now = 1_000_000;
  readonly session: InputSession;
  #time = 0;

  constructor(commit: CommitOptions = {}, more: Partial<SessionOptions> = {}) {
    this.session = new InputSession({
      parser: textParser(),
      columns,
      needed: [true],
      primaryKey: null,
      policy: { ...defaultCommitPolicy, ...(commit as object) },
      onError: "fail",
      origin: (partition) => `source/topic/${partition}`,
      place: (partition) => `topic t, partition ${partition}`,
      onAhead: (partition, ahead) => this.ahead.push(`${partition}${ahead ? "+" : "-"}`),
      log: (line) => this.lines.push(line),
      now: () => this.now,
      ...more,
    });
  }

  /** Feeds messages and returns the commits that they close, each as its texts. */
  feed(...messages: string[]): string[] {
    this.session.feed(pack(...messages));
    return this.commits();
  }

  commits(): string[] {
    const commits: string[] = [];
    while (this.session.poll()) commits.push(this.seal());
    return commits;
  }

  seal(): string {
    this.#time += 2;
    const batch = this.session.seal(this.#time);
    const texts: unknown[] = [];
    for (let row = 0; row < (batch?.length ?? 0); row++) {
      texts.push(readCell((batch as NonNullable<typeof batch>).columns[0], columns[0].type, row));
    }
    this.session.release();
    return texts.join(" ");
  }
}

describe("markers", () => {
  test("close what came before them; what comes after waits", () => {
    const harness = new Harness();
    expect(harness.feed("0:a", "0:b", "0:*COMMIT*", "0:c")).toEqual(["a b"]);
    expect(harness.session.pendingRows).toBe(1);
    expect(harness.feed("0: *COMMIT*\n")).toEqual(["c"]);
  });

  test("an empty commit gives nothing, and text that contains the marker is data", () => {
    const harness = new Harness();
    expect(harness.feed("0:*COMMIT*", "0:*COMMIT*", "0:x*COMMIT*", "0:*COMMIT*")).toEqual(["x*COMMIT*"]);
  });

  test("may be another text, or off", () => {
    expect(new Harness({ marker: "go" }).feed("0:a", "0:*COMMIT*", "0:go")).toEqual(["a *COMMIT*"]);
    const off = new Harness({ marker: null });
    expect(off.feed("0:a", "0:*COMMIT*")).toEqual([]);
    expect(off.session.finish()).toBe(true);
    expect(off.seal()).toBe("a *COMMIT*");
  });
});

describe("scopes", () => {
  const messages = ["0:a", "1:b", "0:*COMMIT*", "1:c", "0:d", "1:*COMMIT*", "0:*COMMIT*"];

  test("connector: a marker closes all that came", () => {
    expect(new Harness().feed(...messages)).toEqual(["a b", "c d"]);
  });

  test("partition: a marker closes its own partition", () => {
    expect(new Harness({ scope: "partition" }).feed(...messages)).toEqual(["a", "b c", "d"]);
  });

  test("aligned: a tail whose first segments are empty is not lost", () => {
    const harness = new Harness({ scope: "aligned", tail: "commit" });
    harness.session.assign(1);
    expect(harness.feed("0:*COMMIT*", "0:a")).toEqual([]);
    expect(harness.session.finish()).toBe(true);
    expect(harness.seal()).toBe("a");
    expect(harness.session.finish()).toBe(false);
  });

  test("aligned: the n-th segment of every partition, however they come", () => {
    const harness = new Harness({ scope: "aligned" });
    harness.session.assign(0);
    harness.session.assign(1);
    expect(harness.feed("0:a", "0:*COMMIT*", "0:b", "0:*COMMIT*", "0:c")).toEqual([]);
    expect(harness.ahead).toEqual(["0+", "0+"]);
    expect(harness.session.stalled).toEqual([1]);
    expect(harness.feed("1:x", "1:*COMMIT*", "1:y")).toEqual(["a x"]);
    expect(harness.feed("1:*COMMIT*")).toEqual(["b y"]);
    expect(harness.ahead.at(-1)).toBe("1-");
    expect(harness.session.pendingRows).toBe(1);
  });
});

describe("limits", () => {
  test("everyRows commits beside the markers", () => {
    const harness = new Harness({ everyRows: 2 });
    expect(harness.feed("0:a", "0:b", "0:c", "0:*COMMIT*", "0:d", "0:e")).toEqual(["a b", "c", "d e"]);
  });

  test("everyMs commits what is pending once it is due", () => {
    const harness = new Harness({ everyMs: 100 });
    expect(harness.feed("0:a")).toEqual([]);
    expect(harness.session.dueInMs).toBe(100);
    harness.now += 60;
    expect(harness.feed("0:b")).toEqual([]);
    expect(harness.session.dueInMs).toBe(40);
    harness.now += 40;
    expect(harness.commits()).toEqual(["a b"]);
    expect(harness.session.dueInMs).toBe(null);
  });

  test("maxPendingRows fails with the way out", () => {
    const harness = new Harness({ maxPendingRows: 2 });
    expect(() => harness.feed("0:a", "0:b", "0:c")).toThrow(/TP_COMMIT_TOO_LARGE.*everyMs/);
  });

  test("rows without a marker are named once after ten seconds", () => {
    const harness = new Harness();
    harness.feed("0:a", "0:b");
    harness.session.remind();
    harness.now += 10_000;
    harness.session.remind();
    harness.session.remind();
    expect(harness.lines).toEqual([expect.stringMatching(/^2 rows have waited 10 s .*everyMs: 100/)]);
  });
});

describe("the end of a static source", () => {
  test.each([
    ["auto", ["0:a"], ["a"]],
    ["auto", ["0:a", "0:*COMMIT*", "0:b"], ["a"]],
    ["commit", ["0:a", "0:*COMMIT*", "0:b"], ["a", "b"]],
    ["drop", ["0:a"], []],
  ] as const)("tail %s after %j", (tail, messages, expected) => {
    const harness = new Harness({ tail });
    const commits = harness.feed(...messages);
    if (harness.session.finish()) commits.push(harness.seal());
    expect(commits).toEqual(expected);
    const leftOut =
      expected.join(" ").includes("b") || tail !== "drop" ? messages.length > 2 && tail === "auto" : true;
    expect(harness.lines.length).toBe(leftOut ? 1 : 0);
  });
});

describe("bad messages", () => {
  test("fail names topic, partition and offset, and nothing of the commit is out", () => {
    expect(() => new Harness().feed("0:a", "3:bad", "0:*COMMIT*")).toThrow(
      "TP_ROW_BAD_JSON: it says bad (topic t, partition 3, offset 1).",
    );
  });

  test("skip counts and logs them, ten by name", () => {
    const harness = new Harness({}, { onError: "skip" });
    expect(harness.feed("0:a", ...Array(12).fill("0:bad"), "0:b", "0:*COMMIT*")).toEqual(["a b"]);
    expect(harness.session.rejected).toBe(12);
    expect(harness.lines.filter((line) => line.startsWith("skipped"))).toHaveLength(10);
  });
});

test("messages before the header wait for it, markers among them, whatever their partition", () => {
  let header: number | null = null;
  const rows = textParser();
  const parser: Parser = {
    ...rows,
    get ready() {
      return header !== null;
    },
    offerHeader(messages, i) {
      if (textOf(messages, i) === "HEADER") header = messages.offsets[i];
      return header !== null;
    },
    parseInto(messages, from, to, builder, reject) {
      for (let i = from; i < to; i++) {
        const isHeader = messages.partitions[i] === 0 && messages.offsets[i] === header;
        if (!isHeader) rows.parseInto(messages, i, i + 1, builder, reject);
      }
    },
  };
  const harness = new Harness({}, { parser });
  expect(harness.feed("1:a", "1:*COMMIT*")).toEqual([]);
  expect(harness.feed("1:b", "0:HEADER", "0:c", "0:*COMMIT*")).toEqual(["a", "b c"]);
  expect(harness.feed("0:HEADER", "0:*COMMIT*")).toEqual(["HEADER"]);
});

test("a source without any header says so", () => {
  const parser: Parser = { ...textParser(), ready: false, offerHeader: () => false };
  const harness = new Harness({}, { parser });
  harness.feed("0:a");
  expect(() => harness.session.finish()).toThrow(/TP_CSV_NO_HEADER/);
  expect(() => harness.feed(...Array(10_001).fill("0:a"))).toThrow(/TP_CSV_NO_HEADER/);
});

test("keys follow the position, the same in every run", () => {
  const keys = [0, 1].map(() => {
    const harness = new Harness();
    harness.session.feed(pack("0:a", "1:a", "0:*COMMIT*"));
    harness.session.poll();
    return [...(harness.session.seal(2)?.keys.words() ?? [])];
  });
  expect(keys[0]).toEqual(keys[1]);
  expect(keys[0].slice(0, 4)).not.toEqual(keys[0].slice(4));
});
