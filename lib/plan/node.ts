import type { SourceSite } from "../base/source-site.ts";
import type { Columns } from "../data/schema.ts";

/**
 * One step of a table program, as data. Its meaning is in `operator` (a name in lib/operators/index.ts) and `options`
 * (plain data; JS functions only inside `apply` expressions and sources), never in a closure, so that equal nodes can
 * be shared, plans fingerprinted, and other engines be targets.
 */
export interface PlanNode {
  /** Unique within its graph, in order of creation; inputs have smaller numbers. */
  readonly id: number;
  readonly operator: string;
  readonly inputs: readonly PlanNode[];
  readonly options: unknown;
  /** The columns of the result. */
  readonly columns: Columns;
  /** Whether the result only ever grows: no retraction, no half-step. */
  readonly appendOnly: boolean;
  /** The user's line. */
  readonly site: SourceSite | null;
}
