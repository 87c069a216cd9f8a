/** The last checkpoint, for the live table. */
export interface CheckpointStats {
  readonly takenAt: number;
  readonly durationMs: number;
  /** For how long the engine stood still. */
  readonly stallMs: number;
  /** What was written: pages that had changed. */
  readonly bytes: number;
}
