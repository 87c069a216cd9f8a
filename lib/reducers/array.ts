import { type ColumnType, formatType } from "../data/type.ts";
import { TowpathError } from "../errors.ts";
import type { ReducerDefinition } from "./reducer.ts";
import { tuple, tupleOrder } from "./tuple.ts";
import { TupleOf } from "./tuple-of.ts";

const jsonTypes: readonly string[] = ["int", "float", "str", "bool", "json", "duration", "datetime"];
const JSON_TYPE: ColumnType = { name: "json", optional: false };

/** What tuple answers as a json array, so that it has a type which other columns and formats know. */
export const array: ReducerDefinition = {
  name: "array",
  kind: "multiset",
  readsKeys: true,
  arity: [1, 2],
  result: (types, options) => {
    tuple.result(types, options);
    const [type] = types;
    if (jsonTypes.includes(type.name)) return JSON_TYPE;
    throw new TowpathError("TP_EXPRESSION_TYPE", `array cannot take a column of type ${formatType(type)}`, {
      hint: "It takes what JSON has: numbers, texts, bools and json. pw.reducers.tuple takes every type.",
    });
  },
  create: (types, { options }) => new TupleOf(tupleOrder(types), types, options, JSON_TYPE),
};
