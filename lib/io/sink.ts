import type { Batch } from "../data/batch.ts";
import type { StateReader, StateWriter } from "../data/state.ts";
import type { SinkMemory } from "./memory-budget.ts";

export interface SinkContext {
  fail(error: Error): void;
  log(line: string): void;
  /** What the sink may hold; absent: what its own settings say. */
  readonly memory?: SinkMemory;
  /** Call when a sink that was full can take more. */
  wake(): void;
  /** Names what the run's persistence keeps, the same in all its runs; absent where the run begins anew. */
  readonly history?: string;
}

export interface SinkStats {
  /** Changes written since the start of the run. */
  readonly changes: number;
  readonly lastTime: number | null;
  /** Milliseconds from the commit's time to its delivery; null before the first. */
  readonly latencyMs: number | null;
}

/**
 * Where changes go. Called once a commit, with all of its changes:
 *
 *   open → write(time)* → flush → end → close
 *
 * Laws: `write` receives consolidated batches in time order, deletions before insertions, no failed cell, and copies
 * what it keeps; `full` says that the run should wait for `wake` before the next step; `flush` resolves when all
 * that was written has been delivered, and rejects when it cannot be.
 */
export interface Sink {
  readonly name: string;
  open(context: SinkContext): Promise<void>;
  /** `order` lists the rows to write: deletions first. */
  write(batch: Batch, order: Uint32Array): void;
  /** Every sink is told the end of each time that changed something anywhere in its graph. */
  endTime?(time: number): void;
  readonly full: boolean;
  /**
   * Everything written with a time up to this one has been delivered; Infinity while nothing is on its way. Absent:
   * what is written is delivered with it.
   */
  readonly deliveredUpTo?: number;
  /** What is on its way, for people: "3 messages to topic sum at host:9092". Absent: "changes". */
  held?(): string;
  flush(): Promise<void>;
  /** The run has come to its end, by its sources or by a signal: once, after all outputs are flushed. */
  end?(): Promise<void>;
  stats(): SinkStats;
  close(): Promise<void>;
  /**
   * What is written lives in this process alone: after a restart it is written again from the checkpoint on, however
   * much of it had been delivered. Absent: what has been delivered is not written again.
   */
  readonly isView?: true;
  /**
   * What must outlive the process (the output's history, say); saved after a `flush`, so that nothing is on its way.
   * `load` comes before `open`. Absent: nothing does.
   */
  save?(writer: StateWriter): void;
  load?(reader: StateReader): void;
}
