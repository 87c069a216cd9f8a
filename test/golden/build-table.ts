import * as pw from "towpath";
import { type Callable, callMethod, evaluate, evaluateAll, type Scope } from "./evaluate.ts";
import type { Acceptor, Columns, Pair, Program, Step } from "./program.ts";

type Loose = pw.Table<Record<string, never>>;
type Tables = (name: string) => Loose;
type StepOf<K extends Step[0]> = Extract<Step, readonly [K, ...unknown[]]>;

/** The result of a program, as a table of Towpath's. */
export function buildTable({ tables, steps }: Program): Loose {
  const made = new Map<string, Loose>();
  for (const [name, markdown] of Object.entries(tables)) made.set(name, pw.debug.tableFromMarkdown(markdown));
  for (const [name, step] of Object.entries(steps))
    made.set(
      name,
      stepOf(step, (table) => made.get(table) as Loose),
    );
  return [...made.values()].at(-1) as Loose;
}

function stepOf(step: Step, tables: Tables): Loose {
  const build = builders[step[0]] as (step: Step, tables: Tables) => unknown;
  return build(step, tables) as Loose;
}

/** The recorder has the same. */
const acceptors: Readonly<Record<Acceptor, (value: number, accepted: number) => boolean>> = {
  differs: (value, accepted) => value !== accepted,
  higher: (value, accepted) => value > accepted,
  threeAway: (value, accepted) => Math.abs(value - accepted) >= 3,
};

const builders: { readonly [K in Step[0]]: (step: StepOf<K>, tables: Tables) => unknown } = {
  select: withColumns,
  withColumns,
  reduce: withColumns,
  filter: ([, name, condition], tables) =>
    on(tables(name)).filter(evaluate(condition, scopeOf(tables(name)))),
  splitMatching: ([, name, condition], tables) => split(tables(name), condition)[0],
  splitRest: ([, name, condition], tables) => split(tables(name), condition)[1],
  without: ([, name, names], tables) => on(tables(name)).without(...names),
  rename: ([, name, names], tables) => on(tables(name)).rename(names),
  castTypes: ([, name, types], tables) => on(tables(name)).castTypes(types),
  groupBy([, name, by, columns], tables) {
    const scope = scopeOf(tables(name));
    const grouped = on(tables(name)).groupBy(...by.map((expr) => evaluate(expr, scope)));
    return (grouped as Callable).reduce(evaluateAll(columns, scope));
  },
  flatten: ([, name, column], tables) => on(tables(name)).flatten(column),
  removeErrors: ([, name], tables) => tables(name).removeErrors(),
  withIdFrom([, name, values], tables) {
    const scope = scopeOf(tables(name));
    return on(tables(name)).withIdFrom(...values.map((expr) => evaluate(expr, scope)));
  },
  concat: ([, [first, ...others]], tables) => tables(first).concat(...others.map(tables)),
  concatReindex: ([, [first, ...others]], tables) => tables(first).concatReindex(...others.map(tables)),
  updateRows: ([, name, other], tables) => tables(name).updateRows(tables(other)),
  deduplicate([, name, { value, instance, acceptor }], tables) {
    const scope = scopeOf(tables(name));
    const apart = instance === undefined ? {} : { instance: evaluate(instance, scope) };
    const said = { value: evaluate(value, scope), ...apart, acceptor: acceptors[acceptor] };
    return on(tables(name)).deduplicate(said);
  },
  intersect: ([, name, others], tables) => on(tables(name)).intersect(...others.map(tables)),
  difference: ([, name, other], tables) => tables(name).difference(tables(other)),
  restrict: ([, name, other], tables) => tables(name).restrict(tables(other)),
  updateCells: ([, name, other], tables) => on(tables(name)).updateCells(tables(other)),
  ixRef([, name, target, values, options], tables) {
    const scope = scopeOf(tables(name));
    return on(tables(target)).ixRef(...values.map((expr) => evaluate(expr, scope)), options);
  },
  sort([, name, key, column, instance], tables) {
    const table = tables(name);
    const order = on(table).sort(key, apart(instance)) as Loose;
    const at = (pointer: string): unknown =>
      (on(table).ix(order.col(pointer as never), { optional: true }) as Loose).col(column as never);
    return on(table).select({ own: table.col(column as never), before: at("prev"), after: at("next") });
  },
  diff: ([, name, key, value, instance], tables) => on(tables(name)).diff(key, value, apart(instance)),
  interpolate: ([, name, time, value], tables) => on(tables(name)).interpolate(time, value),
  toStream: ([, name, column], tables) => on(tables(name)).toStream(column),
  fromStream: ([, name, column], tables) => on(tables(name)).fromStream(column),
  join([, mode, left, right, pairs, columns], tables) {
    const conditions = conditionsOf(pairs, ["left", "right"]);
    const joined = on(tables(left))[mode](tables(right), ...conditions) as Callable;
    return joined.select((l: object, r: object) => evaluateAll(columns, sidesOf(["left", "right"], [l, r])));
  },
  chain([, first, links, end], tables) {
    const names = [first];
    let chained = on(tables(first));
    for (const link of links) {
      if (link[0] === "filter") {
        chained = chained.filter(saidOf(names, (scope) => evaluate(link[1], scope))) as Callable;
        continue;
      }
      const [mode, table, pairs] = link;
      names.push(table);
      chained = chained[mode](tables(table), ...conditionsOf(pairs, names)) as Callable;
    }
    const columns = end[end.length - 1] as Columns;
    const record = saidOf(names, (scope) => evaluateAll(columns, scope));
    if (end[0] !== "groupBy") return chained[end[0]](record);
    const by = end[1].map((expr) => saidOf(names, (scope) => evaluate(expr, scope)));
    return (chained.groupBy(...by) as Callable).reduce(record);
  },
};

/** Callbacks of a join of tables that the program calls by these names. */
function conditionsOf(pairs: readonly Pair[], names: readonly string[]): readonly unknown[] {
  return pairs.map(([a, b]) =>
    saidOf(names, (scope) => callMethod(evaluate(a, scope), "eq", [evaluate(b, scope)])),
  );
}

function saidOf(names: readonly string[], say: (scope: Scope) => unknown): (...sides: object[]) => unknown {
  return (...sides) => say(sidesOf(names, sides));
}

function withColumns(step: StepOf<"select" | "withColumns" | "reduce">, tables: Tables): unknown {
  const table = tables(step[1]);
  return on(table)[step[0]](evaluateAll(step[2], scopeOf(table)));
}

function apart(instance: string | null): object {
  return instance === null ? {} : { instance };
}

function split(table: Loose, condition: StepOf<"splitRest">[2]): readonly unknown[] {
  return on(table).split(evaluate(condition, scopeOf(table))) as readonly unknown[];
}

function on(table: Loose): Callable {
  return table as unknown as Callable;
}

function scopeOf(table: Loose): Scope {
  return {
    column: (name) => (name === "id" ? pw.keyOf(table) : table.col(name)),
    pointerFrom: (...values) => on(table).pointerFrom(...values),
  };
}

/** Columns are "left.name": the name of a side, and of one of its columns. */
function sidesOf(names: readonly string[], sides: readonly object[]): Scope {
  return {
    column(path) {
      const [side, name] = path.split(".");
      return sides[names.indexOf(side)][name as never];
    },
  };
}
