import type { SourceSite } from "../base/source-site.ts";
import type { Operator } from "./operator.ts";

/** What an operator is, whatever the rest of its plan looks like. */
export interface OperatorIdentity {
  /** The same in every process, for the same computation over the same sources. */
  readonly stateName: string;
  /** In words: "groupBy word: count()". */
  readonly title: string;
}

/** An operator in its place: fed by the results of earlier nodes. Sources have no inputs; their delta is injected. */
export interface CircuitNode {
  readonly operator: Operator;
  /** Positions of earlier nodes. */
  readonly inputs: readonly number[];
  /** Which part of a circuit that asynchronous operators cut (lib/dataflow/stages.ts): 0 is the first. */
  readonly stage: number;
  /** For errors and metrics: unique. */
  readonly label: string;
  /** Worked out only for a run that keeps its state. */
  identity(): OperatorIdentity;
  readonly site: SourceSite | null;
}

/** Operators in topological order: a node's inputs come before it. */
export interface Circuit {
  readonly nodes: readonly CircuitNode[];
}
