import { type ExpressionSpec, type ProgramSpec, required, type StepSpec, type TypeText } from "./spec.ts";

/**
 * What a program says, as one SQL query of the tables `t0`, `t1`, … of its sources. Each table has its row's key as the
 * text `k` and its columns as `c0`, `c1`, …, so that operations by key can be said; where SQL does otherwise with null,
 * the query says what we do: null equals null, is below everything, and is counted.
 */
export function sqlOf({ sources, steps, outputs }: ProgramSpec): string {
  const count = sources.length;
  const queries = steps.map((step, i) => `t${count + i} AS MATERIALIZED (${queryOf(step)})`);
  return `WITH ${queries.join(",\n")}\nSELECT * EXCLUDE (k) FROM t${outputs[0]}`;
}

export function sqlType(type: TypeText): string {
  return { int: "BIGINT", float: "DOUBLE", str: "VARCHAR", bool: "BOOLEAN" }[required(type)] ?? type;
}

function queryOf(step: StepSpec): string {
  switch (step.op) {
    case "select":
      return `SELECT k, ${listed(step.columns.map(([, spec]) => sqlExpression(spec)))} FROM t${step.input}`;
    case "filter":
      return `SELECT * FROM t${step.input} WHERE ${sqlExpression(step.where)}`;
    case "split": {
      const condition = sqlExpression(step.where);
      return `SELECT * FROM t${step.input} WHERE ${step.half === 0 ? condition : `NOT (${condition})`}`;
    }
    case "groupBy":
      return groupQuery(step);
    case "join":
      return joinQuery(step);
    case "concatReindex":
      return step.inputs
        .map((input, i) => `SELECT 'i${i}(' || k || ')' AS k, * EXCLUDE (k) FROM t${input}`)
        .join(" UNION ALL ");
    case "updateRows": {
      const [own, other] = step.inputs;
      return `SELECT * FROM t${other} UNION ALL SELECT * FROM t${own} WHERE k NOT IN (SELECT k FROM t${other})`;
    }
    case "intersect":
    case "difference": {
      const [own, other] = step.inputs;
      const not = step.op === "difference" ? "NOT " : "";
      return `SELECT * FROM t${own} WHERE k ${not}IN (SELECT k FROM t${other})`;
    }
    default:
      throw new Error(`${step.op} is not said in SQL`);
  }
}

function listed(expressions: readonly string[]): string {
  return expressions.map((text, i) => `${text} AS c${i}`).join(", ");
}

/** Equal groups have equal keys, whatever table they are of: numbers of either kind are one kind. */
function groupQuery({ input, keys, reductions }: StepSpec & { op: "groupBy" }): string {
  const values = keys.map(([, spec]) => sqlExpression(spec));
  const parts = keys.map(([, spec], i) => {
    const name = required(spec.type);
    const text =
      name === "int" || name === "float" ? `(${values[i]})::DOUBLE::VARCHAR` : `(${values[i]})::VARCHAR`;
    const kind = name === "str" ? "s" : name === "bool" ? "b" : "n";
    return `coalesce('${kind}' || hex(${text}), '-')`;
  });
  const answers = reductions.map(([, { reducer, args }]) => answerOf(reducer, args[0] as ExpressionSpec));
  const key = ["'g'", ...parts].join(" || ',' || ");
  const groups = values.length > 0 ? `GROUP BY ${values.join(", ")}` : "HAVING count(*) > 0";
  return `SELECT ${key} AS k, ${listed([...values, ...answers])} FROM t${input} ${groups}`;
}

function answerOf(reducer: string, arg: ExpressionSpec): string {
  const value = sqlExpression(arg);
  switch (reducer) {
    case "count":
      return "count(*)";
    case "countDistinct":
      return `count(DISTINCT ${value}) + CASE WHEN count(*) > count(${value}) THEN 1 ELSE 0 END`;
    case "min":
      return `CASE WHEN count(*) > count(${value}) THEN NULL ELSE min(${value}) END`;
    case "sum":
      return `sum(${value})::${sqlType(arg.type)}`;
    case "avg":
    case "max":
      return `${reducer}(${value})`;
    default:
      throw new Error(`${reducer} is not said in SQL`);
  }
}

const joins = { inner: "JOIN", left: "LEFT JOIN", right: "RIGHT JOIN", outer: "FULL JOIN" } as const;

function joinQuery({ mode, left, right, on, columns }: StepSpec & { op: "join" }): string {
  const key = "'p(' || coalesce(l.k, '-') || '|' || coalesce(r.k, '-') || ')'";
  const kept = columns.map(([, { side, column }]) => `${side === 0 ? "l" : "r"}.c${column}`);
  // Computed beforehand: the database joins in full by columns only.
  const side = (name: "l" | "r", table: number): string => {
    const values = on.map((pair, i) => `${sqlExpression(pair[name === "l" ? 0 : 1])} AS j${i}`);
    return `(SELECT *, ${values.join(", ")} FROM t${table}) ${name}`;
  };
  const conditions = on.map((_, i) => `l.j${i} IS NOT DISTINCT FROM r.j${i}`);
  return `SELECT ${key} AS k, ${listed(kept)} FROM ${side("l", left)} ${joins[mode]} ${side("r", right)} ON ${conditions.join(" AND ")}`;
}

const operators: Readonly<Record<string, string>> = {
  sub: "-",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  eq: "IS NOT DISTINCT FROM",
  ne: "IS DISTINCT FROM",
  xor: "IS DISTINCT FROM",
  and: "AND",
  or: "OR",
};

function sqlExpression(spec: ExpressionSpec): string {
  if ("column" in spec) return `c${spec.column}`;
  if ("literal" in spec) return `${sqlLiteral(spec.literal)}::${sqlType(spec.type)}`;
  if ("apply" in spec) throw new Error("functions are not said in SQL");
  const args = spec.args.map(sqlExpression);
  const [a, b, c] = args;
  switch (spec.call) {
    case "add":
      return `(${a} ${spec.type === "str" ? "||" : "+"} ${b})`;
    case "not":
      return `(NOT ${a})`;
    case "isNull":
      return `(${a} IS NULL)`;
    case "isNotNull":
      return `(${a} IS NOT NULL)`;
    case "coalesce":
      return `coalesce(${args.join(", ")})`;
    case "ifElse":
      return `CASE WHEN ${a} THEN ${b} ELSE ${c} END`;
    default: {
      const operator = operators[spec.call];
      if (operator === undefined) throw new Error(`${spec.call} is not said in SQL`);
      return `(${a} ${operator} ${b})`;
    }
  }
}

export function sqlLiteral(value: unknown): string {
  if (value === null) return "NULL";
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : `(${String(value)})`;
}
