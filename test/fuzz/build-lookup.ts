import type { Columns } from "../../lib/data/schema.ts";
import type { ExpressionNode } from "../../lib/expressions/node.ts";
import type { PlanNode } from "../../lib/plan/node.ts";
import type { MakeCall } from "./build-plan.ts";
import { columnNode, nullable, rowKey, typeOf } from "./plan-columns.ts";
import type { KeySetOp, StepSpec } from "./spec.ts";

type MakeNode = (
  operator: string,
  inputs: readonly PlanNode[],
  options: unknown,
  columns: Columns,
  appendOnly: boolean,
) => PlanNode;

interface Lookup {
  readonly said: string;
  readonly mode: "inner" | "left" | "outer";
  /** Position of the pointer among the columns of the rows that look; null: their own keys. */
  readonly pointer: number | null;
  readonly required: boolean;
  readonly optional: boolean;
}

/** Joins of a pointer with the keys of another table, put under the keys of the rows that look. */
export class LookupBuilder {
  readonly #node: MakeNode;
  readonly #makeCall: MakeCall;

  constructor(node: MakeNode, makeCall: MakeCall) {
    this.#node = node;
    this.#makeCall = makeCall;
  }

  step(
    step: StepSpec & { op: KeySetOp | "ix" },
    at: (number: number) => PlanNode,
    columns: Columns,
  ): PlanNode {
    if (step.op === "ix") return this.#ix(step, at(step.input), at(step.target), columns);
    const [own, other] = step.inputs as readonly [number, number];
    return this.#keySet(step.op, at(own), at(other), columns);
  }

  #keySet(op: KeySetOp, own: PlanNode, other: PlanNode, columns: Columns): PlanNode {
    const lookup = { said: op, pointer: null, required: op === "restrict", optional: false };
    if (op === "restrict") {
      const { node, from } = this.#lookup(other, own, { ...lookup, mode: "left" });
      return this.#pick(node, from, columns);
    }
    const mode = op === "intersect" ? "inner" : op === "difference" ? "left" : "outer";
    const found = this.#lookup(own, other, { ...lookup, mode });
    if (op === "intersect") return this.#pick(found.node, 0, columns);
    const key = columnNode(found.node, found.key);
    if (op === "updateCells") return this.#updated(found, own, other, columns);
    const isMissing = this.#makeCall("isNull", [key], typeOf("bool"));
    const all = found.node.columns.map((_, position) => columnNode(found.node, position));
    const width = all.length;
    const asked = this.#select(
      found.node,
      [...all, isMissing],
      [...found.node.columns, { name: "missing", type: typeOf("bool") }],
    );
    const kept = this.#node("filter", [asked], { column: width }, asked.columns, asked.appendOnly);
    return this.#pick(kept, 0, columns);
  }

  #ix(step: StepSpec & { op: "ix" }, looking: PlanNode, target: PlanNode, columns: Columns): PlanNode {
    const { pointer, optional, allowMisses } = step;
    const lookup = { said: "ix", mode: "left", pointer, optional, required: !allowMisses } as const;
    const { node, from } = this.#lookup(looking, target, lookup);
    return this.#pick(node, from, columns);
  }

  #updated(
    { node, from, key }: { node: PlanNode; from: number; key: number },
    own: PlanNode,
    other: PlanNode,
    columns: Columns,
  ): PlanNode {
    const isFound = this.#makeCall("isNotNull", [columnNode(node, key)], typeOf("bool"));
    const expressions = own.columns.map(({ name, type }, position) => {
      const kept = { ...columnNode(node, position), type };
      const cell = other.columns.findIndex((column) => column.name === name);
      if (cell < 0) return kept;
      const { type: cellType } = other.columns[cell] as Columns[number];
      const update = { ...columnNode(node, from + cell), type: cellType };
      return this.#makeCall("ifElse", [isFound, update, kept], (columns[position] as Columns[number]).type);
    });
    return this.#select(node, expressions, columns);
  }

  /** The columns of the rows that look, their key, those of what they found, and its key. */
  #lookup(
    looking: PlanNode,
    target: PlanNode,
    { said, mode, pointer, required, optional }: Lookup,
  ): { node: PlanNode; from: number; key: number } {
    const [left, right] = [this.#withKey(looking), this.#withKey(target)];
    const own = looking.columns.length;
    const wanted = pointer ?? own;
    const from = own + 1;
    const key = from + target.columns.length;
    const all = [...nullable(left, mode === "outer"), ...nullable(right, mode !== "inner")];
    const options = { mode, leftKeys: [wanted], rightKeys: [target.columns.length] };
    const appendOnly = mode === "inner" && left.appendOnly && right.appendOnly;
    let node = this.#node("join", [left, right], options, all, appendOnly);
    if (mode === "outer") {
      const strays = { said, column: own, pointer: key, optional: false };
      node = this.#node("requireMatch", [node], strays, all, appendOnly);
    }
    node = this.#node("keyBy", [node], { pointer: own }, all, appendOnly);
    if (required) {
      const misses = { said, column: key, pointer: wanted, optional };
      node = this.#node("requireMatch", [node], misses, all, appendOnly);
    }
    return { node, from, key };
  }

  #withKey(input: PlanNode): PlanNode {
    const own = input.columns.map((_, position) => columnNode(input, position));
    return this.#select(input, [...own, rowKey], [...input.columns, { name: "key", type: rowKey.type }]);
  }

  /** Columns from a position on, in types of their own. */
  #pick(input: PlanNode, from: number, columns: Columns): PlanNode {
    const expressions = columns.map(({ type }, i) => ({ ...columnNode(input, from + i), type }));
    return this.#select(input, expressions, columns);
  }

  #select(input: PlanNode, expressions: readonly ExpressionNode[], columns: Columns): PlanNode {
    return this.#node("select", [input], { expressions }, columns, input.appendOnly);
  }
}
