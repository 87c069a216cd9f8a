/** Runs one table and keeps what it gives, commit by commit, for tests of sources. */
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll } from "vitest";
import { graph } from "../../../lib/plan/plan.ts";
import { type RunSummary, run } from "../../../lib/runtime/run.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { CaptureSink } from "../capture.ts";
import type { BrokerKind, TestBroker } from "./describe-on-brokers.ts";
import { describeOnBrokers } from "./describe-on-brokers.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The changes of one time: rows by their columns; `diff` is left out where it is 1. */
export interface Commit {
  readonly time: number;
  readonly rows: readonly Row[];
}

export interface Reading {
  readonly commits: readonly Commit[];
  /** What the run told the user, without "towpath: ". */
  readonly logs: readonly string[];
  /** All rows of all commits. */
  readonly rows: readonly Row[];
  /** Waits until `test` holds; throws what the run threw, or after `timeoutMs` (default 15 s). */
  until(test: (reading: Reading) => boolean, timeoutMs?: number): Promise<void>;
  /** Ends the run gracefully. */
  stop(): Promise<RunSummary>;
  readonly done: Promise<RunSummary>;
}

/** Builds the table that `make` says in a graph of its own and runs it. */
export function startReading(make: () => object): Reading {
  const ending = new AbortController();
  const logs: string[] = [];
  let sink: CaptureSink | undefined;
  const done = graph(async () => {
    addOutput(make(), {
      connector: "capture",
      name: "capture",
      describe: {},
      create(columns) {
        sink = new CaptureSink(columns);
        return sink;
      },
    });
    const restore = keepLogs(logs);
    try {
      return await run({ signal: ending.signal, monitoring: "none" });
    } finally {
      restore();
    }
  });
  let failure: unknown;
  done.catch((error: unknown) => {
    failure = error;
  });
  return {
    get commits() {
      return sink === undefined ? [] : commitsOf(sink);
    },
    get rows() {
      return this.commits.flatMap(({ rows }) => rows);
    },
    logs,
    done,
    async until(test, timeoutMs = 15_000) {
      const deadline = performance.now() + timeoutMs;
      while (!test(this)) {
        if (failure !== undefined) throw failure;
        if (performance.now() > deadline) {
          throw new Error(`not within ${timeoutMs} ms; so far: ${JSON.stringify([this.commits, logs])}`);
        }
        await sleep(10);
      }
    },
    async stop() {
      ending.abort();
      return await done;
    },
  };
}

/** Reads a static table to its end. */
export async function readAll(make: () => object): Promise<Reading> {
  const reading = startReading(make);
  await reading.done;
  return reading;
}

function commitsOf({ changes, columns }: CaptureSink): Commit[] {
  const commits: { time: number; rows: Row[] }[] = [];
  for (const { time, row, diff } of changes) {
    if (commits.at(-1)?.time !== time) commits.push({ time, rows: [] });
    const cells = Object.fromEntries(columns.map(({ name }, i) => [name, row[i]]));
    commits.at(-1)?.rows.push(diff === 1 ? cells : { ...cells, diff });
  }
  return commits;
}

/** Where the lines of the runs that are under way go: each to all, for a line does not tell whose it is. */
const keepers = new Set<string[]>();

/** The run's lines go to stderr, whose function is put back behind the last run, whichever ends first. */
function keepLogs(logs: string[]): () => void {
  if (keepers.size === 0) intercept();
  keepers.add(logs);
  return () => {
    keepers.delete(logs);
    if (keepers.size === 0) giveBack();
  };
}

let giveBack = (): void => {};

function intercept(): void {
  const { write } = process.stderr;
  process.stderr.write = ((text: string | Uint8Array, ...rest: never[]): boolean => {
    const line = String(text);
    if (!line.startsWith("towpath: ")) return write.call(process.stderr, text, ...rest);
    for (const logs of keepers) logs.push(line.slice("towpath: ".length).trimEnd());
    return true;
  }) as typeof write;
  giveBack = () => {
    process.stderr.write = write;
  };
}

/** Describes `name` once for each kind of broker and each way to ingest. */
export function describeIngests(
  name: string,
  kinds: readonly BrokerKind[],
  suite: (broker: TestBroker, ingest: "packed" | "plain") => void,
): void {
  for (const ingest of ["packed", "plain"] as const) {
    describeOnBrokers(`${name}, ${ingest}`, kinds, (broker) => {
      forceIngest(ingest);
      suite(broker, ingest);
    });
  }
}

/** Has the tests of this suite ingest in one way. */
export function forceIngest(ingest: "packed" | "plain"): void {
  beforeAll(() => {
    const before = process.env.TOWPATH_INGEST;
    process.env.TOWPATH_INGEST = ingest;
    return () => {
      if (before === undefined) delete process.env.TOWPATH_INGEST;
      else process.env.TOWPATH_INGEST = before;
    };
  });
}

/** Values of one column, sorted. */
export function valuesOf(rows: readonly Row[], column: string): unknown[] {
  return rows.map((row) => row[column]).sort();
}
