import type { Source } from "./source.ts";

/** The time during which this process has a partition: from its assignment until it is given away or lost. */
export interface Tenure {
  /** "topic orders, partition 0". */
  readonly place: string;
  /** Over: what is still on its way through the engine is dropped, and so is the state. */
  readonly isOver: boolean;
}

/**
 * A source whose partitions come and go. Each of its commits is of one tenure, and each tenure has an engine of its
 * own, with the state of its partition alone.
 */
export interface DealtSource extends Source {
  /** Of the commit that was sealed last. */
  readonly tenure: Tenure;
  /** That commit only makes state again which an earlier owner had: nothing that comes of it is handed on. */
  readonly isSilent: boolean;
}

export function isDealt(source: Source): source is DealtSource {
  return "tenure" in source;
}
