import type { Rng } from "../support/rng.ts";
import { type ExpressionSpec, encodeValue, type Named, optional, required, type TypeText } from "./spec.ts";
import { randomValue } from "./values.ts";

/** Makes random expressions of a wanted type over the columns of one table. */
export class ExpressionMaker {
  readonly #rng: Rng;
  readonly #columns: Named<TypeText>;

  constructor(rng: Rng, columns: Named<TypeText>) {
    this.#rng = rng;
    this.#columns = columns;
  }

  /** An expression of exactly this type, at most `depth` calls deep (a little more for an optional type). */
  make(type: TypeText, depth = 3): ExpressionSpec {
    const column = this.#column(type);
    if (column !== undefined && this.#rng.chance(depth <= 0 ? 0.9 : 0.4)) return column;
    if (depth <= 0) return this.#leaf(type);
    if (type.endsWith("?")) return this.#optional(type, depth - 1);
    const name = this.#rng.pick(["leaf", "choice", "fallback", "typed", "typed", "typed"] as const);
    if (name === "choice")
      return call("ifElse", type, [
        this.make("bool", depth - 1),
        this.make(type, depth - 1),
        this.make(type, depth - 1),
      ]);
    if (name === "fallback")
      return call("coalesce", type, [this.make(optional(type), depth - 2), this.make(type, depth - 1)]);
    if (name === "leaf") return this.#leaf(type);
    return this.#typed(type, depth - 1);
  }

  #leaf(type: TypeText): ExpressionSpec {
    const column = this.#column(type);
    if (column !== undefined && this.#rng.chance(0.7)) return column;
    // A literal null has no type of its own: an optional value is said by a choice between null and something.
    if (!type.endsWith("?")) return literal(randomValue(this.#rng, type), type);
    return call("ifElse", type, [this.#leaf("bool"), this.#leaf(required(type)), literal(null, type)]);
  }

  #column(type: TypeText): ExpressionSpec | undefined {
    const positions = this.#columns.flatMap(([, other], position) => (other === type ? [position] : []));
    return positions.length === 0 ? undefined : { column: this.#rng.pick(positions), type };
  }

  #optional(type: TypeText, depth: number): ExpressionSpec {
    if (this.#rng.chance(0.3))
      return call("coalesce", type, [this.make(type, depth - 1), this.make(type, depth - 1)]);
    const branches = this.#rng.shuffled([this.make(required(type), depth), literal(null, type)]);
    return call("ifElse", type, [this.make("bool", depth), ...branches]);
  }

  #typed(type: TypeText, depth: number): ExpressionSpec {
    const of = (other: TypeText): ExpressionSpec => this.make(other, depth);
    const same = (name: string): ExpressionSpec => call(name, type, [of(type), of(type)]);
    const rng = this.#rng;
    switch (type) {
      case "bool":
        return this.#bool(depth);
      case "int":
        return rng.weighted<() => ExpressionSpec>([
          [4, () => same(rng.pick(["add", "sub", "mul"]))],
          [1, () => same(rng.pick(["floorDiv", "mod"]))],
          [1, () => call("pow", type, [of(type), literal(rng.between(0, 3), "int")])],
          [1, () => call("neg", type, [of(type)])],
          [1, () => call("cast", type, [of(rng.pick(["bool", "float"]))])],
          [1, () => apply("length", type, [of(rng.pick(["str", "int"]))])],
          [0.5, () => apply("throwIfZero", type, [of(type)])],
          [1, () => call(rng.pick(datetimeParts), type, [of("datetime")])],
          [0.5, () => call(rng.pick(durationUnits), type, [of("duration")])],
          [0.5, () => call("str.len", type, [of("str")])],
          [0.5, () => call("str.find", type, [of("str"), of("str")])],
        ])();
      case "float":
        return rng.weighted<() => ExpressionSpec>([
          [4, () => same(rng.pick(["add", "sub", "mul"]))],
          [2, () => call(rng.pick(["add", "sub", "mul"]), type, rng.shuffled([of("int"), of("float")]))],
          [1, () => call("div", type, [of(rng.pick(["int", "float"])), of(rng.pick(["int", "float"]))])],
          [1, () => call("neg", type, [of(type)])],
          [1, () => call("cast", type, [of("int")])],
          [1, () => apply("doubled", type, [of(rng.pick(["int", "float"]))])],
          [0.5, () => call("dt.timestamp", type, [of("datetime")], { unit: rng.pick(timestampUnits) })],
        ])();
      case "str":
        return rng.weighted<() => ExpressionSpec>([
          [2, () => same("add")],
          [1, () => call("toStr", type, [of(rng.pick(["int", "bool", "str", "bigint"]))])],
          [1, () => apply("quoted", type, [of(rng.pick(["int", "str", "bool"]))])],
          [1, () => call(rng.pick(textChanges), type, [of(type)])],
          [0.5, () => call("dt.strftime", type, [of("datetime"), literal(rng.pick(formats), type)])],
        ])();
      case "bigint":
        return rng.chance(0.7)
          ? same(rng.pick(["add", "sub", "mul", "floorDiv", "mod"]))
          : call("cast", type, [of("int")]);
      case "datetime":
        return this.#datetime(depth);
      case "duration":
        return rng.chance(0.5)
          ? same(rng.pick(["add", "sub"]))
          : call("sub", type, [of("datetime"), of("datetime")]);
      default:
        return this.#leaf(type);
    }
  }

  #datetime(depth: number): ExpressionSpec {
    const rng = this.#rng;
    const type = "datetime";
    const of = (other: TypeText): ExpressionSpec => this.make(other, depth);
    const zone = { timezone: rng.pick(timezones) };
    const inZone = (name: string, operand: ExpressionSpec) => call(name, type, [operand], zone);
    return rng.weighted<() => ExpressionSpec>([
      [2, () => call(rng.pick(["add", "sub"]), type, [of(type), of("duration")])],
      [1, () => call(rng.pick(["dt.floor", "dt.round"]), type, [of(type), of("duration")])],
      [0.5, () => inZone(rng.pick(["dt.toNaiveInTimezone", "dt.toUtc"]), of(type))],
      // What addDurationInTimezone says.
      [0.5, () => this.#added(inZone, of)],
      [1, () => call("dt.fromTimestamp", type, [of("float")], { unit: rng.pick(timestampUnits) })],
      [0.5, () => this.#read(depth)],
    ])();
  }

  #added(
    inZone: (name: string, operand: ExpressionSpec) => ExpressionSpec,
    of: (type: TypeText) => ExpressionSpec,
  ): ExpressionSpec {
    const local = inZone("dt.toNaiveInTimezone", of("datetime"));
    return inZone("dt.toUtc", call("add", "datetime", [local, of("duration")]));
  }

  /** A text that is a date or time now and then. */
  #read(depth: number): ExpressionSpec {
    const rng = this.#rng;
    const format = rng.pick(["%F", "%F %T.%f"]);
    const written = call("dt.strftime", "str", [this.make("datetime", depth), literal(format, "str")]);
    const text = rng.chance(0.7) ? written : this.make("str", depth);
    const timezone = rng.chance(0.3) ? rng.pick(timezones) : null;
    return call("dt.strptime", "datetime", [text], { format, timezone });
  }

  #bool(depth: number): ExpressionSpec {
    const rng = this.#rng;
    const of = (other: TypeText): ExpressionSpec => this.make(other, depth);
    return rng.weighted<() => ExpressionSpec>([
      [3, () => this.#comparison(depth)],
      [2, () => call(rng.pick(["and", "or", "xor"]), "bool", [of("bool"), of("bool")])],
      [1, () => call("not", "bool", [of("bool")])],
      [2, () => call(rng.pick(["isNull", "isNotNull"]), "bool", [of(`${this.#anyType()}?`)])],
      [1, () => apply("isOne", "bool", [of(rng.pick(["int", "str"]))])],
      [1, () => call(rng.pick(["str.startsWith", "str.endsWith"]), "bool", [of("str"), of("str")])],
    ])();
  }

  #comparison(depth: number): ExpressionSpec {
    const rng = this.#rng;
    const operands = (type: TypeText): ExpressionSpec[] => [this.make(type, depth), this.make(type, depth)];
    if (rng.chance(0.5)) {
      const type = this.#anyType();
      return call(rng.pick(["eq", "ne"]), "bool", operands(rng.chance(0.5) ? type : `${type}?`));
    }
    const ordered = rng.pick(["int", "float", "str", "datetime", "duration", "bigint"]);
    return call(rng.pick(["lt", "le", "gt", "ge"]), "bool", operands(ordered));
  }

  /** Mostly the type of a column that is there. */
  #anyType(): TypeText {
    const types = this.#columns
      .map(([, type]) => required(type))
      .filter((type) => type !== "any" && type !== "json");
    return types.length > 0 && this.#rng.chance(0.8)
      ? this.#rng.pick(types)
      : this.#rng.pick(["int", "str", "float"]);
  }
}

const datetimeParts = ["year", "month", "day", "hour", "minute", "second", "millisecond", "weekday"].map(
  (part) => `dt.${part}`,
);
const durationUnits = ["days", "hours", "minutes", "seconds", "milliseconds", "weeks"].map(
  (unit) => `dt.${unit}`,
);
const timestampUnits = ["s", "ms", "us", "ns"];
/** With clocks that are put forward and back, in halves of an hour too, and with none. */
const timezones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];
const formats = ["%F", "%d.%m.%Y %H:%M", "%F %T.%f", "%a %j %I%p", "%s%%"];
const textChanges = ["str.lower", "str.reverse", "str.strip", "str.upper"];

function literal(value: unknown, type: TypeText): ExpressionSpec {
  return { literal: encodeValue(value), type };
}

function call(
  name: string,
  type: TypeText,
  args: readonly ExpressionSpec[],
  options?: Readonly<Record<string, string | null>>,
): ExpressionSpec {
  return { call: name, args, type, ...(options === undefined ? {} : { options }) };
}

function apply(name: string, type: TypeText, args: readonly ExpressionSpec[]): ExpressionSpec {
  return { apply: name, args, type };
}
