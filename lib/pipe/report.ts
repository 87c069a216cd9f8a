/** Where a pipe is: not begun, on its way, or ended: by its input's end, because it was told to, or by an error. */
export type PipeStatus = "pending" | "running" | "completed" | "stopped" | "failed";

/** How far a pipe has come. */
export interface PipeReport {
  readonly status: PipeStatus;
  /** Rows read. */
  readonly rows: number;
  /** Rows handed to the output. */
  readonly written: number;
  /** Rows that failed, and went to the output for errors. */
  readonly errors: number;
  /** Rows that the transformation left out. */
  readonly skipped: number;
  /** Bytes read. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly rowsPerSecond: number;
}

/** What a pipe counts. */
export class PipeCounts {
  status: PipeStatus = "pending";
  rows = 0;
  written = 0;
  errors = 0;
  skipped = 0;
  bytes = 0;
  #startedAt = 0;
  #endedAt: number | null = null;

  start(): void {
    this.status = "running";
    this.#startedAt = performance.now();
  }

  end(status: PipeStatus): void {
    this.status = status;
    this.#endedAt = performance.now();
  }

  report(): PipeReport {
    const { status, rows, written, errors, skipped, bytes } = this;
    const until = this.#endedAt ?? performance.now();
    const durationMs = status === "pending" ? 0 : Math.round(until - this.#startedAt);
    const rowsPerSecond = durationMs === 0 ? 0 : Math.round((rows * 1_000) / durationMs);
    return { status, rows, written, errors, skipped, bytes, durationMs, rowsPerSecond };
  }
}

/** A report in one line. */
export function reportLine({
  status,
  rows,
  errors,
  skipped,
  bytes,
  durationMs,
  rowsPerSecond,
}: PipeReport): string {
  const counted = (n: number): string => n.toLocaleString("en-US");
  const parts = [
    `${counted(rows)} rows`,
    ...(errors > 0 ? [`${counted(errors)} failed`] : []),
    ...(skipped > 0 ? [`${counted(skipped)} left out`] : []),
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${(durationMs / 1_000).toFixed(1)} s`,
    `${counted(rowsPerSecond)} rows/s`,
  ];
  return `${status}: ${parts.join(", ")}`;
}
