import { TowpathError } from "../errors.ts";

const MB = 1 << 20;
/** Below this the clients' own smallest buffers are larger than their shares. */
const LIMIT_MB_MIN = 16;

/** Parts of the limit, in 32nds. What is not given away is for a commit while it is computed. */
const QUEUE_PARTS = 8;
const LETTER_PARTS = 2;
const PENDING_PARTS = 12;
const OUTPUT_PARTS = 8;
const PARTS = 32;

/** What each source may hold. */
export interface SourceMemory {
  /** Messages that have been fetched and not read: the client's queue. */
  readonly queueBytes: number;
  /** Dead letters on their way. */
  readonly letterBytes: number;
  /** Rows that wait for their commit. */
  readonly pendingBytes: number;
}

/** What each output may hold. */
export interface SinkMemory {
  /** Messages that have been sent and not acknowledged, and the client's queue of them. */
  readonly outputBytes: number;
}

export interface MemoryBudget {
  readonly limitMb: number;
  readonly source: SourceMemory;
  readonly sink: SinkMemory;
}

/**
 * `memoryLimitMb` divided: a quarter for what clients have fetched, three eighths for rows that wait for their commit,
 * a sixteenth for dead letters and a quarter for other messages on their way to brokers, the same for each source and
 * each output; the rest is left to the commit that is being computed. The state of operators is not in it: it is as large as the tables are.
 *
 * Sealed commits need no share of their own: a commit is handed to the outputs as soon as it is computed, and as long as
 * one of them is full nothing further is sealed.
 *
 * null without a limit: clients and rows are then bounded one by one, by their own settings. Throws TP_BAD_ARGUMENT.
 */
export function divideMemory(limitMb: unknown, sources: number, sinks: number): MemoryBudget | null {
  if (limitMb === undefined) return null;
  if (typeof limitMb !== "number" || !(limitMb >= LIMIT_MB_MIN) || !Number.isFinite(limitMb)) {
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      `the option memoryLimitMb of pw.run cannot be ${String(limitMb)}`,
      {
        hint: `Give megabytes, ${LIMIT_MB_MIN} or more.`,
      },
    );
  }
  const share = (parts: number, ends: number): number =>
    Math.floor((limitMb * MB * parts) / PARTS / Math.max(1, ends));
  return {
    limitMb,
    source: {
      queueBytes: share(QUEUE_PARTS, sources),
      letterBytes: share(LETTER_PARTS, sources),
      pendingBytes: share(PENDING_PARTS, sources),
    },
    sink: { outputBytes: share(OUTPUT_PARTS, sinks) },
  };
}

/** The division for people, by what it is of. */
export function describeMemory({ limitMb, source, sink }: MemoryBudget): Readonly<Record<string, string>> {
  const mb = (bytes: number): string => `${Math.round((bytes / MB) * 10) / 10} MB`;
  return {
    "memory limit": `${limitMb} MB, beside the tables themselves`,
    "each source": `${mb(source.queueBytes)} fetched, ${mb(source.pendingBytes)} of rows that wait for a commit`,
    "each output": `${mb(sink.outputBytes)} on its way`,
  };
}
