import type { DeduplicateOptions } from "../operators/deduplicate.ts";
import type { GroupByOptions } from "../operators/group-by.ts";
import type { JoinOptions } from "../operators/join.ts";
import type { RekeyOptions } from "../operators/rekey.ts";
import type { SelectOptions } from "../operators/select.ts";
import type { PlanNode } from "./node.ts";
import type { SourceSpec } from "./specs.ts";

/** Columns that tell a table's rows apart. */
interface Natural {
  readonly positions: readonly number[];
  /** Whether the rows' own keys are made of exactly these, so that tables of equal natural keys have equal keys. */
  readonly isRowKey: boolean;
}

/**
 * The columns that identify a table's rows, no two of which agree in all of them: the primary key of a source, the
 * columns of a grouping, the instance of `deduplicate`, the values of `withIdFrom`, as far as they have come through the steps since. A join's rows are
 * identified by both sides' keys, or by one side's where that decides the other. null where there are none, or where
 * one has been left out.
 */
export function naturalKey(node: PlanNode): readonly number[] | null {
  return naturalOf(node)?.positions ?? null;
}

function naturalOf(node: PlanNode): Natural | null {
  return rules[node.operator]?.(node) ?? null;
}

const ofInput = ({ inputs }: PlanNode): Natural | null => naturalOf(inputs[0]);

/** Operators that are not here make rows that no columns are known to identify. */
const rules: Partial<Record<string, (node: PlanNode) => Natural | null>> = {
  source: ({ options }) => rowKey((options as SourceSpec).primaryKey ?? null),

  groupBy: ({ options }) => rowKey((options as GroupByOptions).keys.map((_, i) => i)),

  rekey(node) {
    const { by, keys } = node.options as RekeyOptions;
    return by === "values" ? rowKey(keys) : null;
  },

  deduplicate: ({ options }) => rowKey((options as DeduplicateOptions).instance),

  filter: ofInput,

  interpolate: ofInput,

  removeErrors: ofInput,

  requireMatch: ofInput,

  sort: ofInput,

  select(node) {
    const natural = ofInput(node);
    if (natural === null) return null;
    const { expressions } = node.options as SelectOptions;
    const positions = natural.positions.map((position) =>
      expressions.findIndex((expression) => expression.kind === "column" && expression.position === position),
    );
    return positions.includes(-1) ? null : { ...natural, positions };
  },

  updateRows({ inputs }) {
    const [left, right] = inputs.map(naturalOf);
    if (left === null || right === null || !left.isRowKey || !right.isRowKey) return null;
    return left.positions.join() === right.positions.join() ? left : null;
  },

  join({ inputs, options }) {
    const [left, right] = inputs.map(naturalOf);
    if (left === null || right === null) return null;
    const { mode, leftKeys, rightKeys } = options as JoinOptions;
    // Rows that neither side has a partner for are told apart by their nulls, which a key may also hold.
    if (mode === "outer") return null;
    const offset = inputs[0].columns.length;
    const shifted = right.positions.map((position) => position + offset);
    // A row has at most one partner where the conditions name the whole key of the other side.
    if (mode !== "right" && includesAll(rightKeys, right.positions)) return notRowKey(left.positions);
    if (mode !== "left" && includesAll(leftKeys, left.positions)) return notRowKey(shifted);
    return notRowKey([...left.positions, ...shifted]);
  },
};

/** A table of one group without columns has a row at most, and nothing to name it by. */
function rowKey(positions: readonly number[] | null): Natural | null {
  return positions === null || positions.length === 0 ? null : { positions, isRowKey: true };
}

function notRowKey(positions: readonly number[]): Natural {
  return { positions, isRowKey: false };
}

function includesAll(all: readonly number[], some: readonly number[]): boolean {
  return some.every((position) => all.includes(position));
}
