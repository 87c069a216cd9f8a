import type { SourceSite } from "../base/source-site.ts";
import type { Operator } from "./operator.ts";

/** An operator in its place: fed by the results of earlier nodes. Sources have no inputs; their delta is injected. */
export interface CircuitNode {
  readonly operator: Operator;
  /** Positions of earlier nodes. */
  readonly inputs: readonly number[];
  /** For errors, metrics and checkpoints: unique and the same for the same plan. */
  readonly label: string;
  readonly site: SourceSite | null;
}

/** Operators in topological order: a node's inputs come before it. */
export interface Circuit {
  readonly nodes: readonly CircuitNode[];
}
