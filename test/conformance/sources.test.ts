import { expect, test } from "vitest";
import { formats } from "../../connectors/formats/index.ts";
import type { SourcePlan } from "../../connectors/kafka/read/source-plan.ts";
import type { Columns } from "../../lib/data/schema.ts";
import { defaultCommitPolicy } from "../../lib/io/commit-policy.ts";
import { updateColumns } from "../../lib/io/update-rows.ts";
import type { Checkpoint } from "../support/checkpoint.ts";
import { type LogMessage, LogReader, type MadeCommit, sumOf, TOPIC } from "../support/kafka-log.ts";
import { Rng, seedFrom } from "../support/rng.ts";

const ROUNDS = 80;
const columns: Columns = [
  { name: "id", type: { name: "str", optional: false } },
  { name: "n", type: { name: "int", optional: false } },
];

type FormatName = "csv" | "json" | "updates";

function planOf(rng: Rng, format: FormatName, partitions: number): SourcePlan {
  const primaryKey = format !== "updates" && rng.chance(0.5) ? [0] : null;
  const parser = {
    csv: () => formats.csv.parser.create(columns, {}),
    json: () => formats.json.parser.create(columns),
    updates: () => formats.updates.parser.create(updateColumns(columns)),
  };
  return {
    name: "source",
    settings: {},
    topics: [TOPIC],
    columns,
    primaryKey,
    session: rng.chance(0.3) ? "insert" : "upsert",
    policy: {
      ...defaultCommitPolicy,
      ...(format === "updates" ? { marker: null } : {}),
      scope: rng.pick(partitions === 1 ? ["connector"] : ["connector", "partition", "aligned"]),
      everyRows: rng.chance(0.3) ? rng.between(1, 9) : null,
      tail: "commit",
    },
    mode: "static",
    startFrom: "earliest",
    partitions: undefined,
    maxBacklogRows: Number.POSITIVE_INFINITY,
    onError: rng.chance(0.5) ? "skip" : { deadLetter: "dead" },
    withMetadata: false,
    holdsCommits: format === "updates",
    createParser: parser[format],
  };
}

/** A key stays in its partition; values repeat, so that updates cancel. Offsets have gaps. */
function logOf(rng: Rng, format: FormatName, partitions: number): LogMessage[][] {
  const markers = rng.pick([0.1, 0.3]);
  return Array.from({ length: partitions }, (_, partition) => {
    let offset = rng.below(3);
    const next = (): number => {
      offset += rng.chance(0.1) ? rng.between(2, 5) : 1;
      return offset;
    };
    const messages: LogMessage[] =
      format === "csv" && partition === 0 ? [{ offset: next(), value: "n,id" }] : [];
    if (format === "updates") return updatesOf(rng, next);
    for (let left = rng.below(60); left > 0; left--) {
      const id = `${partition}-${rng.below(4)}`;
      if (rng.chance(markers)) messages.push({ offset: next(), value: "*COMMIT*" });
      else if (rng.chance(0.1)) messages.push({ offset: next(), value: "bad,bad,bad" });
      else if (rng.chance(0.15)) messages.push({ offset: next(), value: null, key: id });
      else messages.push({ offset: next(), value: rowsText(rng, format, id) });
    }
    return messages;
  });
}

function rowsText(rng: Rng, format: FormatName, id: string): string {
  const ids = rng.chance(0.1) ? [id, `${id}x`] : [id];
  const values = ids.map((text) => ({ id: text, n: rng.below(3) }));
  if (format === "csv") return values.map(({ id: text, n }) => `${n},${text}`).join("\n");
  return JSON.stringify(values.length === 1 ? values[0] : values);
}

/** What writers send that begin anew, send again what they have sent, and cut large commits into parts. */
function updatesOf(rng: Rng, next: () => number): LogMessage[] {
  const messages: LogMessage[] = [];
  for (let run = rng.below(3); run >= 0; run--) {
    const live = new Map<string, number>();
    const said: LogMessage[] = [];
    let time = 2;
    const commit = (): object[] => {
      time += 2;
      return changesOf(rng, live, time);
    };
    while (time < 2 * rng.between(2, 12)) {
      const commits = Array.from({ length: rng.between(1, 3) }, commit);
      const headers = [["tp-run", `run${run}`]] as const;
      if (rng.chance(0.2)) {
        commits[0].forEach((record, i) => {
          const part = [
            ["part", String(i + 1)],
            ["parts", String(commits[0].length)],
          ] as const;
          said.push({ offset: 0, value: JSON.stringify([record]), headers: [...headers, ...part] });
        });
        commits.shift();
      }
      if (commits.length > 0) said.push({ offset: 0, value: JSON.stringify(commits.flat()), headers });
      if (rng.chance(0.2)) said.push({ offset: 0, value: "*COMMIT*", headers });
      if (rng.chance(0.1)) said.push({ offset: 0, value: "nonsense", headers });
    }
    const again = rng.chance(0.3) ? said.filter(({ headers }) => headers?.length === 1).slice(0, 3) : [];
    for (const message of [...said, ...again]) messages.push({ ...message, offset: next() });
  }
  return messages;
}

function changesOf(rng: Rng, live: Map<string, number>, time: number): object[] {
  const records: object[] = [];
  for (let left = rng.between(1, 4); left > 0; left--) {
    const id = `k${rng.below(4)}`;
    const before = live.get(id);
    if (before !== undefined) records.push({ id, n: before, diff: -1, time });
    const n = rng.below(3);
    if (before === undefined || rng.chance(0.7)) {
      records.push({ id, n, diff: 1, time });
      live.set(id, n);
    } else live.delete(id);
  }
  return records;
}

/** Reads the log in processes that end at random moments; every commit that comes again is compared. */
function readWithCrashes(plan: SourcePlan, log: readonly (readonly LogMessage[])[], rng: Rng): MadeCommit[] {
  const journal: MadeCommit[] = [];
  const letters = new Set<string>();
  let checkpoint: Checkpoint | null = null;
  let saved = 0;
  for (let life = 0; ; life++) {
    const reader = new LogReader(plan, log, rng.fork());
    reader.resume(checkpoint, journal.slice(saved));
    reader.open();
    for (const made of journal.slice(saved)) expect(reader.next(made.time)).toEqual(made);
    expect(reader.sent).toEqual([]);
    const crashAfter = life < 8 ? rng.below(8) : Number.POSITIVE_INFINITY;
    for (let made = 0; ; made++) {
      if (rng.chance(0.3)) {
        checkpoint = reader.save(null);
        saved = journal.length;
      }
      if (made === crashAfter) break;
      const before = reader.sent.length;
      const commit = reader.next(2 * journal.length + 2);
      if (commit === null) return journal;
      journal.push(commit);
      for (const letter of reader.sent.slice(before)) letters.add(letter);
    }
  }
}

test.each<FormatName>(["csv", "json", "updates"])(
  "%s: a source that is killed at any moment makes the same commits again, and goes on as if it had not been",
  { timeout: 120_000 },
  (format) => {
    const seed = seedFrom("TOWPATH_FUZZ_SEED");
    for (let round = 0; round < ROUNDS; round++) {
      const rng = new Rng(seed + round);
      const partitions = rng.between(1, 3);
      const plan = planOf(rng, format, partitions);
      const log = logOf(rng, format, partitions);
      const whole: MadeCommit[] = [];
      const reader = new LogReader(plan, log, rng.fork());
      reader.resume(null, []);
      reader.open();
      for (let made = reader.next(2); made !== null; made = reader.next(2 * whole.length + 2))
        whole.push(made);
      const context = `TOWPATH_FUZZ_SEED=${seed + round}`;
      try {
        const cut = readWithCrashes(plan, log, rng.fork());
        expect(sumOf(cut)).toEqual(sumOf(whole));
        // What closes commits does not depend on the order of arrival here.
        const { scope, everyRows } = plan.policy;
        const isFixed = partitions === 1 || (scope === "aligned" && format !== "updates");
        if (isFixed && everyRows === null)
          expect(cut.map(({ rows }) => rows)).toEqual(whole.map(({ rows }) => rows));
      } catch (error) {
        throw new Error(`${context}: ${(error as Error).message}`, { cause: error });
      }
    }
  },
);
