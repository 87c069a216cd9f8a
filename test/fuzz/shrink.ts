import type { ChangeSpec, ExpressionSpec, Named, ProgramSpec, StepSpec } from "./spec.ts";
import { castTargets, columnsOf, inputsOf, required } from "./spec.ts";

/**
 * Makes a failing program smaller for as long as it still fails: fewer outputs, steps, commits, rows, columns and
 * calls. `fails` must be true of the program given; at most `attemptsMax` candidates are tried.
 */
export function shrink(
  program: ProgramSpec,
  fails: (candidate: ProgramSpec) => boolean,
  attemptsMax = 1000,
): ProgramSpec {
  let best = program;
  let attempts = 0;
  const improve = (pass: Pass): boolean => {
    for (const candidate of pass(best)) {
      if (attempts >= attemptsMax) return false;
      if (!isSound(candidate)) continue;
      attempts++;
      if (!fails(candidate)) continue;
      best = candidate;
      return true;
    }
    return false;
  };
  for (let improved = true; improved; ) {
    improved = false;
    for (const pass of passes) while (improve(pass)) improved = true;
  }
  return best;
}

/** Smaller programs, the boldest first. */
type Pass = (program: ProgramSpec) => Generator<ProgramSpec>;

const passes: readonly Pass[] = [fewerOutputs, fewerSteps, fewerCommits, fewerRows, simplerSteps];

function* fewerOutputs(program: ProgramSpec): Generator<ProgramSpec> {
  const tables = program.sources.length + program.steps.length;
  for (let number = 0; number < tables; number++) {
    // Never a later table than the only one: two that both fail would take turns for ever.
    if (program.outputs.length > 1 || number < (program.outputs[0] as number))
      yield { ...program, outputs: [number] };
  }
}

/** A step that no other needs is dropped; one that has an input of the same columns gives way to it. */
function* fewerSteps(program: ProgramSpec): Generator<ProgramSpec> {
  const { sources, steps } = program;
  for (let i = steps.length - 1; i >= 0; i--) {
    const number = sources.length + i;
    for (const replacement of [null, ...inputsOf(steps[i] as StepSpec)]) {
      const smaller = withoutTable(program, number, replacement);
      if (smaller !== null) yield smaller;
    }
  }
}

/** The program without a step; null where somebody reads it and nothing takes its place. */
function withoutTable(program: ProgramSpec, number: number, replacement: number | null): ProgramSpec | null {
  const used =
    program.outputs.includes(number) || program.steps.some((step) => inputsOf(step).includes(number));
  if (used && replacement === null) return null;
  const renumber = (old: number): number => {
    const kept = old === number && replacement !== null ? replacement : old;
    return kept > number ? kept - 1 : kept;
  };
  const steps = program.steps
    .filter((_, i) => i !== number - program.sources.length)
    .map((step) => withInputs(step, renumber));
  return { ...program, steps, outputs: [...new Set(program.outputs.map(renumber))] };
}

function withInputs(step: StepSpec, renumber: (old: number) => number): StepSpec {
  if ("inputs" in step) return { ...step, inputs: step.inputs.map(renumber) };
  if (step.op === "ix") return { ...step, input: renumber(step.input), target: renumber(step.target) };
  if (step.op === "join") return { ...step, left: renumber(step.left), right: renumber(step.right) };
  return { ...step, input: renumber(step.input) };
}

function* fewerCommits(program: ProgramSpec): Generator<ProgramSpec> {
  const { commits } = program;
  for (let length = 1; length < commits.length; length++)
    yield { ...program, commits: commits.slice(0, length) };
  for (let i = 0; i < commits.length; i++) {
    const next = commits[i + 1];
    if (next === undefined) continue;
    const merged = [...(commits[i] as readonly ChangeSpec[]), ...next];
    yield { ...program, commits: [...commits.slice(0, i), merged, ...commits.slice(i + 2)] };
  }
}

/** Without half of the rows, without one (all its changes, which keeps them in step), or without a row's last change. */
function* fewerRows(program: ProgramSpec): Generator<ProgramSpec> {
  const idOf = ({ source, key }: ChangeSpec): string => `${source} ${key}`;
  const ids = [...new Set(program.commits.flat().map(idOf))];
  const half = Math.ceil(ids.length / 2);
  for (const dropped of [ids.slice(0, half), ids.slice(half), ...ids.map((id) => [id])]) {
    const commits = program.commits.map((changes) =>
      changes.filter((change) => !dropped.includes(idOf(change))),
    );
    yield { ...program, commits };
  }
  const flat = program.commits.flat();
  for (const change of flat.toReversed()) {
    const later = flat.slice(flat.indexOf(change) + 1);
    if (later.some(({ source, key }) => source === change.source && key === change.key)) continue;
    yield {
      ...program,
      commits: program.commits.map((changes) => changes.filter((other) => other !== change)),
    };
  }
}

function* simplerSteps(program: ProgramSpec): Generator<ProgramSpec> {
  for (let i = 0; i < program.steps.length; i++) {
    for (const step of simplerStep(program.steps[i] as StepSpec)) {
      yield { ...program, steps: program.steps.map((other, j) => (i === j ? step : other)) };
    }
  }
}

function* simplerStep(step: StepSpec): Generator<StepSpec> {
  switch (step.op) {
    case "select":
    case "withColumns":
      for (const columns of fewerNamed(step.columns)) yield { ...step, columns };
      for (const columns of simplerNamed(step.columns)) yield { ...step, columns };
      return;
    case "filter":
    case "split":
      for (const where of simplerExpression(step.where)) yield { ...step, where };
      return;
    case "groupBy":
      if (step.keys.length > 0) yield { ...step, keys: step.keys.slice(1) };
      for (const reductions of fewerNamed(step.reductions)) yield { ...step, reductions };
      for (const keys of simplerNamed(step.keys)) yield { ...step, keys };
      for (const [i, [name, reduction]] of step.reductions.entries()) {
        for (const arg of reduction.args.flatMap((spec) => [...simplerExpression(spec)])) {
          yield { ...step, reductions: replaced(step.reductions, i, [name, { ...reduction, args: [arg] }]) };
        }
      }
      return;
    case "withIdFrom":
      if (step.values.length > 1) yield { ...step, values: step.values.slice(1) };
      return;
    case "sort":
    case "diff":
    case "interpolate":
      if (step.instance.length > 0) yield { ...step, instance: step.instance.slice(1) };
      return;
    case "deduplicate":
      if (step.instance.length > 0) yield { ...step, instance: step.instance.slice(1) };
      if (step.order !== null) yield { ...step, order: null };
      return;
    case "join":
      for (const columns of fewerNamed(step.columns)) yield { ...step, columns };
      if (step.on.length > 1) yield { ...step, on: step.on.slice(0, 1) };
      if (step.mode !== "inner") yield { ...step, mode: "inner" };
      if (step.id !== undefined) yield withoutId(step);
      return;
    case "castTypes":
      for (const types of fewerNamed(step.types)) yield { ...step, types };
      return;
    default:
  }
}

function withoutId({ id, ...step }: StepSpec & { op: "join" }): StepSpec {
  return step;
}

function* fewerNamed<T>(columns: Named<T>): Generator<Named<T>> {
  if (columns.length < 2) return;
  for (let i = 0; i < columns.length; i++) yield columns.filter((_, j) => j !== i);
}

function* simplerNamed(columns: Named<ExpressionSpec>): Generator<Named<ExpressionSpec>> {
  for (const [i, [name, spec]] of columns.entries()) {
    for (const simpler of simplerExpression(spec)) yield replaced(columns, i, [name, simpler]);
  }
}

function replaced<T>(items: readonly T[], at: number, item: T): T[] {
  return items.map((other, i) => (i === at ? item : other));
}

/** An argument of the same type in place of a call; the call with a simpler argument. */
function* simplerExpression(spec: ExpressionSpec): Generator<ExpressionSpec> {
  if ("column" in spec || "literal" in spec) return;
  for (const arg of spec.args) if (arg.type === spec.type) yield arg;
  for (const [i, arg] of spec.args.entries()) {
    for (const simpler of simplerExpression(arg)) yield { ...spec, args: replaced(spec.args, i, simpler) };
  }
}

/** Whether every expression still fits the columns that it reads. */
function isSound(program: ProgramSpec): boolean {
  const tables: Named<string>[] = program.sources.map(({ columns }) => columns);
  for (const step of program.steps) {
    if (!isSoundStep(step, tables)) return false;
    tables.push(columnsOf(step, tables));
    if (tables.at(-1)?.length === 0) return false;
  }
  return true;
}

function isSoundStep(step: StepSpec, tables: readonly Named<string>[]): boolean {
  const [columns, others] = inputsOf(step).map((number) => tables[number] ?? []) as [
    Named<string>,
    Named<string>,
  ];
  const has = (name: string): boolean => columns.some(([other]) => other === name);
  switch (step.op) {
    case "select":
    case "withColumns":
      return step.columns.every(([, spec]) => fits(spec, columns));
    case "filter":
    case "split":
      return fits(step.where, columns);
    case "groupBy":
      return (
        step.keys.every(([, spec]) => fits(spec, columns)) &&
        step.reductions.every(([, { args }]) => args.every((spec) => fits(spec, columns)))
      );
    case "join":
      return (
        step.on.every(([l, r]) => fits(l, columns) && fits(r, others)) &&
        step.columns.every(([, { side, column }]) => column < (side === 0 ? columns : others).length)
      );
    case "concat":
    case "concatReindex":
    case "updateRows":
      return JSON.stringify(columns) === JSON.stringify(others);
    case "intersect":
    case "difference":
    case "restrict":
      return true;
    case "updateCells":
      return others.every(([name, type]) =>
        columns.some(([other, own]) => other === name && required(own) === required(type)),
      );
    case "ix":
      return fitsPointer(columns[step.pointer]?.[1], step.optional);
    case "sort":
    case "diff":
    case "interpolate":
      return isSoundOrder(step, columns, has);
    case "toStream":
      return !has(step.name);
    case "fromStream":
      return columns[step.column]?.[1] === "bool";
    case "without":
      return step.names.every(has);
    case "castTypes":
      return step.types.every(([name, to]) => {
        const type = columns.find(([other]) => other === name)?.[1];
        return type !== undefined && castTargets(type).includes(required(to));
      });
    case "applyAsync":
      return step.column < columns.length && !has(step.name);
    case "removeErrors":
      return true;
    case "flatten":
      return ["str", "json", "any"].includes(required(columns[step.column]?.[1] ?? ""));
    case "withKey":
      return !has(step.name);
    case "deduplicate":
      return [step.value, step.order ?? 0, ...step.instance].every((position) => position < columns.length);
    case "withIdFrom":
      return step.values.every((position) => position < columns.length);
    case "rename":
      return step.names.every(([name, old]) => has(old) && !has(name));
  }
}

function isSoundOrder(
  step: StepSpec & { op: "sort" | "diff" | "interpolate" },
  columns: Named<string>,
  has: (name: string) => boolean,
): boolean {
  const typeAt = (i: number): string => required(columns[i]?.[1] ?? "");
  if (step.instance.some((i) => i >= columns.length)) return false;
  if (step.op === "sort") return !step.names.some(has) && step.key < columns.length;
  if (step.op === "diff") {
    const isNumber = ["int", "float", "duration"].includes(typeAt(step.value));
    return isNumber && !has(step.name) && step.key < columns.length;
  }
  const times = ["int", "float", "datetime", "duration"];
  const isTime = times.includes(columns[step.time]?.[1] ?? "");
  return isTime && step.values.every((i) => ["int", "float"].includes(typeAt(i)));
}

function fitsPointer(type: string | undefined, mayBeNull: boolean): boolean {
  return type === "pointer" || (type === "pointer?" && mayBeNull);
}

function fits(spec: ExpressionSpec, columns: Named<string>): boolean {
  if ("column" in spec) return columns[spec.column]?.[1] === spec.type;
  return "literal" in spec || spec.args.every((arg) => fits(arg, columns));
}
