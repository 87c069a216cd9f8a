import type { ColumnType, TypeName } from "../../data/type.ts";
import { isNumber, plainType } from "./type-rules.ts";

export type Operation = "add" | "sub" | "mul" | "div" | "floorDiv" | "mod" | "pow";

/** The type of a binary operation on operands that are not null, or what to do where there is none. */
export function arithmeticType(operation: Operation, a: TypeName, b: TypeName): ColumnType | string {
  const name = resultName(operation, a, b);
  return name === undefined ? hintFor(operation, a, b) : plainType(name);
}

function resultName(operation: Operation, a: TypeName, b: TypeName): TypeName | undefined {
  if (a === "any" && b === "any") return "any";
  if (isNumber(a) && isNumber(b)) return operation === "div" || a !== b ? "float" : a;
  if (a === "bigint" && b === "bigint") return operation === "div" ? undefined : "bigint";
  if (a === "str" && b === "str") return operation === "add" ? "str" : undefined;
  return timeRules[`${a} ${operation} ${b}`] ?? scaleRule(operation, a, b);
}

const timeRules: Readonly<Record<string, TypeName>> = {
  "datetime sub datetime": "duration",
  "datetime add duration": "datetime",
  "datetime sub duration": "datetime",
  "duration add datetime": "datetime",
  "duration add duration": "duration",
  "duration sub duration": "duration",
  "duration div duration": "float",
  "duration floorDiv duration": "int",
  "duration mod duration": "duration",
};

/** duration · number, number · duration, duration / number, duration ⌊/⌋ number. */
function scaleRule(operation: Operation, a: TypeName, b: TypeName): TypeName | undefined {
  if (a === "duration" && isNumber(b)) {
    return operation === "mul" || operation === "div" || operation === "floorDiv" ? "duration" : undefined;
  }
  return isNumber(a) && b === "duration" && operation === "mul" ? "duration" : undefined;
}

function hintFor(operation: Operation, a: TypeName, b: TypeName): string {
  const both = [a, b];
  const has = (name: TypeName) => both.includes(name);
  if (has("datetime") || has("duration")) {
    return has("int") || has("float") || has("any")
      ? 'Say what the number is: .cast("duration") makes milliseconds a duration.'
      : "Times take datetime - datetime, datetime ± duration, duration ± duration, duration · number, duration / duration.";
  }
  if (has("bigint")) {
    return operation === "div"
      ? 'A bigint has no fractions: use floorDiv, or cast to "float".'
      : "A bigint goes with a bigint: write 1n for 1, or cast one side.";
  }
  if (has("str"))
    return operation === "add"
      ? "Texts are added to texts: use .toStr()."
      : 'Cast the text first, e.g. .cast("float").';
  if (has("json")) return 'Say what the json holds: .cast("float").';
  return "It takes numbers.";
}
