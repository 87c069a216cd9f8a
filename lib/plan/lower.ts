import type { Circuit, CircuitNode, OperatorIdentity } from "../dataflow/circuit.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import type { OutputStage } from "../io/output-stage.ts";
import type { ArrangeOptions } from "../operators/arrange.ts";
import { operators } from "../operators/index.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { Output } from "../operators/output.ts";
import { demand } from "./demand.ts";
import { titleOf } from "./describe.ts";
import { fingerprint } from "./fingerprint.ts";
import { keysRead } from "./key-demand.ts";
import type { PlanNode } from "./node.ts";
import { pushFilters } from "./push-filters.ts";
import { reachable } from "./reachable.ts";
import { uniqueKeys } from "./unique-keys.ts";

/** A place in the circuit where rows enter. */
export interface SourcePlace {
  readonly node: PlanNode;
  readonly position: number;
  /** Which of its columns anyone reads. */
  readonly needed: readonly boolean[];
}

/** A place in the circuit where changes leave. */
export interface OutputPlace {
  readonly node: PlanNode;
  readonly stage: OutputStage;
}

export interface Lowered {
  readonly circuit: Circuit;
  readonly sources: readonly SourcePlace[];
  readonly outputs: readonly OutputPlace[];
}

/**
 * Turns the plan behind some outputs, with filters pushed down, into operators in topological order. A join reads two arrangements, which are
 * operators of their own, shared where the same table is arranged by the same columns.
 */
export function lower(outputs: readonly PlanNode[], onFailure: FailureHandler): Lowered {
  return new Lowering(pushFilters(outputs), onFailure).run();
}

class Lowering {
  readonly #outputs: readonly PlanNode[];
  readonly #onFailure: FailureHandler;
  readonly #needed: ReadonlyMap<number, readonly boolean[]>;
  readonly #arranged: ReadonlyMap<string, ArrangementNeeds>;
  readonly #keysRead: ReadonlySet<number>;
  readonly #unique: ReadonlyMap<PlanNode, boolean>;
  readonly #fingerprints = new Map<object, string>();
  readonly #stages: ReadonlyMap<PlanNode, number>;
  readonly #nodes: CircuitNode[] = [];
  readonly #positions = new Map<number | string, number>();
  readonly #sources: SourcePlace[] = [];
  readonly #places: OutputPlace[] = [];

  constructor(outputs: readonly PlanNode[], onFailure: FailureHandler) {
    this.#outputs = outputs;
    this.#onFailure = onFailure;
    const nodes = reachable(outputs);
    this.#needed = demand(outputs);
    this.#stages = stagesOf(nodes);
    this.#unique = uniqueKeys(nodes);
    this.#keysRead = keysRead(nodes, this.#needed, this.#unique);
    this.#arranged = arrangementNeeds(nodes, this.#needed, this.#keysRead, this.#stages);
  }

  run(): Lowered {
    for (const node of reachable(this.#outputs)) this.#place(node);
    return { circuit: { nodes: this.#nodes }, sources: this.#sources, outputs: this.#places };
  }

  #place(node: PlanNode): void {
    const inputs =
      node.operator === "join"
        ? this.#arrangements(node)
        : node.inputs.map((input) => this.#positionOf(input.id));
    const position = this.#create(
      node.id,
      node,
      node.operator as keyof typeof operators,
      node.options,
      inputs,
    );
    const needed = this.#needed.get(node.id) as readonly boolean[];
    if (node.operator === "source") this.#sources.push({ node, position, needed });
    if (node.operator === "output") {
      this.#places.push({ node, stage: (this.#nodes[position].operator as Output).stage });
    }
  }

  #arrangements(join: PlanNode): number[] {
    return joinSides(join, this.#stages).map(({ table, keys, name }) => {
      const known = this.#positions.get(name);
      if (known !== undefined) return known;
      const needs = this.#arranged.get(name) as ArrangementNeeds;
      const options: ArrangeOptions = { keys, keyChanges: needs.keyChanges };
      const draft = { ...table, inputs: [table], site: join.site };
      return this.#create(name, draft, "arrange", options, [this.#positionOf(table.id)], needs, join);
    });
  }

  #create(
    id: number | string,
    node: PlanNode,
    name: keyof typeof operators,
    options: unknown,
    inputs: readonly number[],
    { columns: needed, keysRead }: NodeNeeds = this.#needsOf(node.id),
    said: PlanNode = node,
  ): number {
    const operator = operators[name].create({
      options,
      inputs: node.inputs.map((input) => ({
        columns: input.columns,
        appendOnly: input.appendOnly,
        uniqueKeys: this.#unique.get(input) as boolean,
      })),
      feeders: inputs.map((position) => this.#nodes[position].operator),
      columns: node.columns,
      needed,
      keysRead,
      site: node.site,
      onFailure: this.#onFailure,
    });
    const identity = (): OperatorIdentity => {
      // All that decides what state looks like is part of its name.
      const unique = node.inputs.map((input) => [input.appendOnly, this.#unique.get(input)]);
      const kept = { ...node, operator: name, options: { options, needed, keysRead, unique } };
      return { stateName: `${name}-${fingerprint(kept, this.#fingerprints)}`, title: titleOf(said) };
    };
    // An arrangement is where its joins are, which look into it.
    const stage = this.#stages.get(said) as number;
    const position =
      this.#nodes.push({ operator, inputs, stage, label: `${name}-${id}`, site: node.site, identity }) - 1;
    this.#positions.set(id, position);
    return position;
  }

  #needsOf(id: number): NodeNeeds {
    return { columns: this.#needed.get(id) as readonly boolean[], keysRead: this.#keysRead.has(id) };
  }

  #positionOf(id: number): number {
    return this.#positions.get(id) as number;
  }
}

/** What is read of a node's rows. */
interface NodeNeeds {
  readonly columns: readonly boolean[];
  readonly keysRead: boolean;
}

interface ArrangementNeeds extends NodeNeeds {
  readonly keyChanges: boolean;
}

/** The stage of each node: one more than that of the asynchronous ones that it reads. Outputs are all in the last. */
function stagesOf(nodes: readonly PlanNode[]): Map<PlanNode, number> {
  const stages = new Map<PlanNode, number>();
  for (const node of nodes) {
    const after = node.inputs.map(
      (input) => (stages.get(input) as number) + (input.operator === "applyAsync" ? 1 : 0),
    );
    stages.set(node, Math.max(0, ...after));
  }
  const last = Math.max(0, ...stages.values());
  for (const node of nodes) if (node.operator === "output") stages.set(node, last);
  return stages;
}

/** Tables that a join reads, and the names of their arrangements: each stage of the circuit has its own. */
function joinSides(
  join: PlanNode,
  stages: ReadonlyMap<PlanNode, number>,
): { table: PlanNode; keys: readonly number[]; name: string }[] {
  const { leftKeys, rightKeys } = join.options as JoinOptions;
  return [leftKeys, rightKeys].map((keys, side) => {
    const table = join.inputs[side];
    const stage = stages.get(join) as number;
    return { table, keys, name: `${table.id}-by-${keys.join("-")}${stage === 0 ? "" : `-in-${stage}`}` };
  });
}

/** What each arrangement keeps: the columns and keys that its joins hand on. Outer joins ask for changes of its keys. */
function arrangementNeeds(
  nodes: readonly PlanNode[],
  needed: ReadonlyMap<number, readonly boolean[]>,
  keysRead: ReadonlySet<number>,
  stages: ReadonlyMap<PlanNode, number>,
): Map<string, ArrangementNeeds> {
  const kept = new Map<string, ArrangementNeeds>();
  for (const join of nodes.filter(({ operator }) => operator === "join")) {
    const wanted = needed.get(join.id) as readonly boolean[];
    const outer = (join.options as JoinOptions).mode !== "inner";
    joinSides(join, stages).forEach(({ table, name }, side) => {
      const base = side === 0 ? 0 : join.inputs[0].columns.length;
      const known = kept.get(name);
      kept.set(name, {
        columns: table.columns.map((_, i) => wanted[base + i] || known?.columns[i] === true),
        keysRead: keysRead.has(join.id) || known?.keysRead === true,
        keyChanges: outer || known?.keyChanges === true,
      });
    });
  }
  return kept;
}
