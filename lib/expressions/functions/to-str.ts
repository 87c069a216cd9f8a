import { coerce, Failed } from "../../data/coerce.ts";
import { type NumberColumn, TextColumn } from "../../data/column.ts";
import { stableJson } from "../../data/value.ts";
import {
  TEXT_BYTES_MAX,
  writeBoolTexts,
  writeDatetimeTexts,
  writeNumberTexts,
} from "../../kernels/write-texts.ts";
import type { Compute } from "../frame.ts";
import { bytesToTexts, sameTexts } from "./cast-texts.ts";
import type { Call, FunctionDefinition } from "./function-definition.ts";
import { plainType } from "./type-rules.ts";
import { kindOf, mapValues } from "./values.ts";

/** The value as text; of a dynamic value too, whose null is a failed cell. */
export const toStr: FunctionDefinition = {
  type: ([type]) => ({ name: "str", optional: type.optional && type.name !== "any" }),
  compile: (call) => {
    switch (call.args[0].type.name) {
      case "str":
      case "json":
        return sameTexts(call);
      case "bytes":
        return bytesToTexts(call);
      case "int":
      case "float":
      case "duration":
        return writtenNumbers(call, writeNumberTexts);
      case "datetime":
        return writtenNumbers(call, writeDatetimeTexts);
      case "bool":
        return boolTexts(call);
      default:
        return mapValues(call, textOf);
    }
  },
};

function writtenNumbers({ args: [operand] }: Call, write: typeof writeNumberTexts): Compute {
  return (frame) => {
    const n = frame.length;
    const { values, tags } = operand.compute(frame) as NumberColumn;
    const bytes = new Uint8Array(n * TEXT_BYTES_MAX);
    const starts = new Uint32Array(n);
    const ends = new Uint32Array(n);
    write(values, tags, n, bytes, starts, ends);
    return new TextColumn(bytes, starts, ends, tags);
  };
}

const boolBytes = Buffer.from("truefalse");

function boolTexts({ args: [operand] }: Call): Compute {
  return (frame) => {
    const n = frame.length;
    const { values, tags } = operand.compute(frame) as NumberColumn;
    const starts = new Uint32Array(n);
    const ends = new Uint32Array(n);
    writeBoolTexts(values, tags, n, starts, ends);
    return new TextColumn(boolBytes, starts, ends, tags);
  };
}

/** bigint and pointer, and whatever a dynamic value is. */
function textOf(value: unknown): string | Failed {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "bigint":
    case "boolean":
      return String(value);
    default:
      if (value instanceof Date) return value.toISOString();
      if (value === null || value instanceof Uint8Array) return new Failed(`${kindOf(value)} has no text`);
      return jsonText(value);
  }
}

/** A tuple may hold what JSON has not. */
function jsonText(value: unknown): string | Failed {
  const json = coerce(value, plainType("json"));
  return json instanceof Failed ? json : stableJson(json);
}
