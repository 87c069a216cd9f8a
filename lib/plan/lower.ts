import type { Circuit, CircuitNode } from "../dataflow/circuit.ts";
import type { FailureHandler } from "../dataflow/errors.ts";
import type { OutputStage } from "../io/output-stage.ts";
import type { ArrangeOptions } from "../operators/arrange.ts";
import { operators } from "../operators/index.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { Output } from "../operators/output.ts";
import { demand } from "./demand.ts";
import type { PlanNode } from "./node.ts";
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
 * Turns the plan behind some outputs into operators in topological order. A join reads two arrangements, which are
 * operators of their own, shared where the same table is arranged by the same columns.
 */
export function lower(outputs: readonly PlanNode[], onFailure: FailureHandler): Lowered {
  return new Lowering(outputs, onFailure).run();
}

class Lowering {
  readonly #outputs: readonly PlanNode[];
  readonly #onFailure: FailureHandler;
  readonly #needed: ReadonlyMap<number, readonly boolean[]>;
  readonly #arranged: ReadonlyMap<string, readonly boolean[]>;
  readonly #unique: ReadonlyMap<PlanNode, boolean>;
  readonly #nodes: CircuitNode[] = [];
  readonly #positions = new Map<number | string, number>();
  readonly #sources: SourcePlace[] = [];
  readonly #places: OutputPlace[] = [];

  constructor(outputs: readonly PlanNode[], onFailure: FailureHandler) {
    this.#outputs = outputs;
    this.#onFailure = onFailure;
    const nodes = reachable(outputs);
    this.#needed = demand(outputs);
    this.#unique = uniqueKeys(nodes);
    this.#arranged = arrangedColumns(nodes, this.#needed);
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
    return joinSides(join).map(({ table, keys, name }) => {
      const known = this.#positions.get(name);
      if (known !== undefined) return known;
      const options: ArrangeOptions = { keys };
      const draft = { ...table, inputs: [table], site: join.site };
      return this.#create(
        name,
        draft,
        "arrange",
        options,
        [this.#positionOf(table.id)],
        this.#arranged.get(name),
      );
    });
  }

  #create(
    id: number | string,
    node: PlanNode,
    name: keyof typeof operators,
    options: unknown,
    inputs: readonly number[],
    needed: readonly boolean[] = this.#needed.get(node.id) as readonly boolean[],
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
      site: node.site,
      onFailure: this.#onFailure,
    });
    const position = this.#nodes.push({ operator, inputs, label: `${name}-${id}`, site: node.site }) - 1;
    this.#positions.set(id, position);
    return position;
  }

  #positionOf(id: number): number {
    return this.#positions.get(id) as number;
  }
}

/** All nodes that some outputs depend on, inputs first. */
function reachable(outputs: readonly PlanNode[]): PlanNode[] {
  const nodes = new Map<number, PlanNode>();
  const visit = (node: PlanNode): void => {
    if (nodes.has(node.id)) return;
    for (const input of node.inputs) visit(input);
    nodes.set(node.id, node);
  };
  for (const output of outputs) visit(output);
  return [...nodes.values()];
}

function joinSides(join: PlanNode): { table: PlanNode; keys: readonly number[]; name: string }[] {
  const { leftKeys, rightKeys } = join.options as JoinOptions;
  return [leftKeys, rightKeys].map((keys, side) => {
    const table = join.inputs[side];
    return { table, keys, name: `${table.id}-by-${keys.join("-")}` };
  });
}

/** The columns that each arrangement keeps: what its joins hand on, and the keys. */
function arrangedColumns(
  nodes: readonly PlanNode[],
  needed: ReadonlyMap<number, readonly boolean[]>,
): Map<string, boolean[]> {
  const kept = new Map<string, boolean[]>();
  for (const join of nodes.filter(({ operator }) => operator === "join")) {
    const wanted = needed.get(join.id) as readonly boolean[];
    joinSides(join).forEach(({ table, name }, side) => {
      const base = side === 0 ? 0 : join.inputs[0].columns.length;
      const columns = kept.get(name) ?? table.columns.map(() => false);
      columns.forEach((_, i) => {
        if (wanted[base + i]) columns[i] = true;
      });
      kept.set(name, columns);
    });
  }
  return kept;
}
