import { formatSite, type SourceSite } from "../base/source-site.ts";
import { formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import { callNode } from "../expressions/build.ts";
import { Expression } from "../expressions/expression.ts";
import type { ExpressionNode } from "../expressions/node.ts";
import type { Plan } from "../plan/plan.ts";
import { baseOf, bindCompanion, companionNode } from "./companion.ts";
import { createTable } from "./create-table.ts";
import { columnsOf } from "./join-condition.ts";
import { behind, lookupNode, typedColumns } from "./lookup.ts";
import { badArgument, checkOptions, describe } from "./names.ts";
import type { Scope } from "./scope.ts";
import { bindRowwise, nodeOfOperand } from "./selection.ts";
import type { Table, TableMethods } from "./table.ts";
import { scopeOf } from "./table-scope.ts";

/** What `ix` and `ixRef` take. */
export interface IxOptions {
  /** A null pointer (of `ixRef`: a null value) finds nulls. Default: false, and a pointer that may be null is refused. */
  readonly optional?: boolean;
  /** A key that no row has finds nulls. Default: false, and the run fails with TP_KEY_MISSING. */
  readonly allowMisses?: boolean;
  /** Whose rows look, where the pointer reads no column. Default: the table that the pointer's columns are of. */
  readonly context?: TableMethods<never>;
}

const optionNames = ["optional", "allowMisses", "context"] as const;

/** The table of rows of `target` that a pointer finds, for each row of the pointer's table. */
export function ixTable<C>(
  target: Scope,
  said: "ix" | "ixRef",
  pointer: unknown,
  given: unknown,
  site: SourceSite | null,
): Table<C> {
  const options = checkOptions<IxOptions>(given, optionNames, said, site);
  if (!(pointer instanceof Expression))
    throw badArgument(`${said} is given ${describe(pointer)}, not a pointer`, site);
  const wanted: ExpressionNode = pointer.node;
  const base =
    options.context === undefined ? ownerOf(target.plan, wanted, said, site) : scopeOf(options.context);
  const { plan, node } = target;
  const optional = options.optional === true;
  const allowMisses = options.allowMisses === true;
  const types = node.columns.map(({ name, type }) => ({
    name,
    type: optional || allowMisses ? { ...type, optional: true } : type,
  }));
  const extend = (scope: Scope) => {
    const bound = bindRowwise(scope, wanted, said, site);
    checkPointer(bound, optional, said, site);
    const width = scope.node.columns.length;
    const lookup = { said, pointer: bound, misses: allowMisses ? "null" : "fail", optional } as const;
    const found = lookupNode(plan, scope.node, node, lookup, site);
    return behind(plan, found.node, width, typedColumns(found.node, found.from, types), site);
  };
  const made = createTable<C>(plan, companionNode(base, types.length, extend, site), site);
  bindCompanion(plan, scopeOf(made).sides[0].owner, { base, width: types.length, extend });
  return made;
}

/** The pointer of `ixRef`: the key of rows with these values; with `optional` null where one of them is null. */
export function refOf(given: readonly unknown[]): [pointer: Expression<unknown, never>, options: unknown] {
  const last = given.at(-1);
  const hasOptions = isOptions(last);
  const values = (hasOptions ? given.slice(0, -1) : given).map((value) =>
    nodeOfOperand(value, "an argument of ixRef"),
  );
  const key = callNode("pointerFrom", values);
  const optional = hasOptions && (last as IxOptions).optional === true;
  const pointer = optional ? callNode("require", [key, ...values]) : key;
  return [new Expression(pointer), hasOptions ? last : undefined];
}

function isOptions(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Expression) &&
    !(value instanceof Uint8Array)
  );
}

/** Whose rows a pointer is of. */
function ownerOf(plan: Plan, pointer: ExpressionNode, said: string, site: SourceSite | null): Scope {
  const [column] = columnsOf(pointer);
  if (column === undefined) {
    const hint = `Say whose rows look: .${said}(…, { context: orders }).`;
    throw badArgument(`the pointer of ${said} reads no column`, site, hint);
  }
  const base = baseOf(plan, column.owner);
  if (base !== undefined) return base;
  throw new TowpathError("TP_COLUMN_FOREIGN", `the pointer of ${said} is of no table of this graph`, {
    where: formatSite(site),
    hint: "Use a column of a table; of a join make a table first: .select((left, right) => ({ … })).",
  });
}

function checkPointer(
  { type }: ExpressionNode,
  optional: boolean,
  said: string,
  site: SourceSite | null,
): void {
  const fits = type.name === "pointer" && (optional || !type.optional);
  if (fits) return;
  throw new TowpathError("TP_EXPRESSION_TYPE", `${said} needs a pointer, not a ${formatType(type)}`, {
    where: formatSite(site),
    hint:
      type.name === "pointer"
        ? "Rows without a pointer find nulls with { optional: true }."
        : "Pointers are made by pw.keyOf(t) and t.pointerFrom(…); .ixRef(…) takes the values themselves.",
  });
}
