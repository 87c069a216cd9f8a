import type { ExpressionNode } from "../expressions/node.ts";
import { columnsRead, mapColumns, readsKey } from "../expressions/walk.ts";
import type { FilterOptions } from "../operators/filter.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { SelectOptions } from "../operators/select.ts";
import { columnMayFail, keysMayFail, mayFail } from "./failing.ts";
import type { PlanNode } from "./node.ts";
import { reachable } from "./reachable.ts";

/**
 * The same outputs, with filters of joined rows below the joins whose one side they look at, so that a join neither
 * keeps nor pairs rows that nobody gets:
 *
 *   σ_p (L ⋈ R) = (σ_p L) ⋈ R   where p reads L alone, and L's rows decide what there is (inner and left joins)
 *
 * What a script observes stays: a filter is moved only where nothing that it passes can fail or runs functions of the
 * script, because a failure is told of (and ends a run) where a row is computed, and a filter decides which are. Nor is
 * it moved below a table that others read too, or off an arrangement that several joins share: that would be more work.
 * Below a concat a filter costs what it does above.
 */
export function pushFilters(outputs: readonly PlanNode[]): readonly PlanNode[] {
  return new Pushing(reachable(outputs)).run(outputs);
}

class Pushing {
  readonly #nodes: readonly PlanNode[];
  readonly #readers = new Map<PlanNode, number>();
  /** By side of a join, as text: how many joins read that arrangement. */
  readonly #arranged = new Map<string, number>();
  readonly #made = new Map<PlanNode, PlanNode>();
  #lastId: number;

  constructor(nodes: readonly PlanNode[]) {
    this.#nodes = nodes;
    this.#lastId = Math.max(...nodes.map(({ id }) => id));
    for (const node of nodes) {
      for (const input of node.inputs) count(this.#readers, input);
      if (node.operator === "join")
        for (const side of [0, 1] as const) count(this.#arranged, sideName(node, side));
    }
  }

  run(outputs: readonly PlanNode[]): readonly PlanNode[] {
    for (const node of this.#nodes) {
      const inputs = node.inputs.map((input) => this.#made.get(input) as PlanNode);
      const same = inputs.every((input, i) => input === node.inputs[i]);
      const kept = same ? node : this.#over(node, inputs);
      const made = (kept.operator === "filter" ? this.#pushed(kept) : null) ?? kept;
      this.#made.set(node, made);
      this.#standIn(made, node);
    }
    return outputs.map((output) => this.#made.get(output) as PlanNode);
  }

  /** Whoever read the former node reads this one. */
  #standIn(made: PlanNode, former: PlanNode): void {
    if (made === former) return;
    this.#readers.set(made, this.#readers.get(former) ?? 0);
    if (made.operator !== "join") return;
    for (const side of [0, 1] as const)
      this.#arranged.set(sideName(made, side), this.#arranged.get(sideName(former, side)) as number);
  }

  /** A filter's rows by another way; null where there is none. */
  #pushed(filter: PlanNode): PlanNode | null {
    const [asked] = filter.inputs;
    const { column } = filter.options as FilterOptions;
    const condition = { kind: "column", owner: 0, position: column, ...asked.columns[column] } as const;
    return this.#below(asked, condition, filter);
  }

  /** The rows of a table where a condition over its columns is true, filtered further below; null where that cannot be. */
  #below(table: PlanNode, condition: ExpressionNode, filter: PlanNode): PlanNode | null {
    if ((this.#readers.get(table) ?? 0) > 1 || readsKey(condition) || mayFail(condition, table)) return null;
    const [input] = table.inputs;
    switch (table.operator) {
      case "select": {
        const { expressions } = table.options as SelectOptions;
        if (expressions.some((said) => said.kind !== "column" && mayFail(said, input))) return null;
        const said = mapColumns(condition, ({ position }) => expressions[position]);
        const kept = this.#below(input, said, filter);
        return kept && this.#over(table, [kept]);
      }
      case "filter": {
        if (columnMayFail(input, (table.options as FilterOptions).column)) return null;
        const kept = this.#below(input, condition, filter);
        return kept && this.#over(table, [kept]);
      }
      case "join":
        return this.#belowJoin(table, condition, filter);
      default:
        return null;
    }
  }

  #belowJoin(join: PlanNode, condition: ExpressionNode, filter: PlanNode): PlanNode | null {
    const width = join.inputs[0].columns.length;
    const positions = [...(columnsRead(condition)[0] ?? [])];
    const side = positions.every((position) => position < width) ? 0 : 1;
    const { mode } = join.options as JoinOptions;
    if (positions.length === 0 || (side === 1 && positions.some((position) => position < width))) return null;
    if (mode !== "inner" && mode !== (side === 0 ? "left" : "right")) return null;
    if ((this.#arranged.get(sideName(join, side)) ?? 1) > 1 || keysMayFail(join, side)) return null;
    const table = join.inputs[side];
    const own = mapColumns(condition, (column) => {
      const position = column.position - (side === 0 ? 0 : width);
      return { ...column, position, type: table.columns[position].type };
    });
    const kept = this.#below(table, own, filter) ?? this.#filtered(table, own, filter);
    return this.#over(join, side === 0 ? [kept, join.inputs[1]] : [join.inputs[0], kept]);
  }

  /** A filter by an expression: its value stands in a column that only the filter sees. */
  #filtered(table: PlanNode, condition: ExpressionNode, filter: PlanNode): PlanNode {
    const columns = table.columns.map(
      (column, position) => ({ kind: "column", owner: 0, position, ...column }) as const,
    );
    const select = (
      input: PlanNode,
      expressions: readonly ExpressionNode[],
      names: readonly string[],
    ): PlanNode =>
      this.#add({
        operator: "select",
        inputs: [input],
        options: { expressions },
        columns: expressions.map(({ type }, i) => Object.freeze({ name: names[i], type })),
        appendOnly: input.appendOnly,
        site: filter.site,
      });
    const names = table.columns.map(({ name }) => name);
    const asked = select(table, [...columns, condition], [...names, "predicate"]);
    const options: FilterOptions = { column: columns.length };
    return select(this.#over({ ...filter, ...asked, operator: "filter", options }, [asked]), columns, names);
  }

  #over(node: PlanNode, inputs: readonly PlanNode[]): PlanNode {
    return this.#add({ ...node, inputs });
  }

  /** Ids stay in order: inputs have smaller ones. */
  #add(node: Omit<PlanNode, "id">): PlanNode {
    return Object.freeze({ ...node, id: ++this.#lastId });
  }
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** What tells arrangements apart: the table, and the columns that it is arranged by. */
function sideName({ inputs, options }: PlanNode, side: 0 | 1): string {
  const { leftKeys, rightKeys } = options as JoinOptions;
  return `${inputs[side].id} ${(side === 0 ? leftKeys : rightKeys).join()}`;
}
