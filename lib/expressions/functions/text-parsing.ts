import { Failed } from "../../data/coerce.ts";
import type { TypeName } from "../../data/type.ts";
import { textsToNumbers } from "./cast-texts.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { typedFunction } from "./signature.ts";
import { TEXT_HINT } from "./type-rules.ts";
import { mapValues } from "./values.ts";

/** Options of parseInt and parseFloat, which are plan data. */
export interface ParsingOptions {
  /** A text that cannot be read is null rather than a failed cell. */
  readonly optional?: boolean;
}

/** Options of parseBool, which are plan data. */
export interface BoolParsingOptions extends ParsingOptions {
  /** Texts that are true. Default: on, true, yes, 1. */
  readonly trueValues?: readonly string[];
  /** Texts that are false. Default: off, false, no, 0. */
  readonly falseValues?: readonly string[];
}

export const intOfText: FunctionDefinition = parsing("int", (call) =>
  textsToNumbers(call, isOptional(call.options)),
);
export const floatOfText: FunctionDefinition = parsing("float", (call) =>
  textsToNumbers(call, isOptional(call.options)),
);

export const boolOfText: FunctionDefinition = parsing("bool", (call) => {
  const {
    trueValues = ["on", "true", "yes", "1"],
    falseValues = ["off", "false", "no", "0"],
    optional = false,
  } = (call.options ?? {}) as BoolParsingOptions;
  const meanings = new Map<string, boolean>();
  for (const text of falseValues) meanings.set(text.toLowerCase(), false);
  for (const text of trueValues) meanings.set(text.toLowerCase(), true);
  const unread = optional ? null : new Failed("the text is no bool: it is in neither list");
  return mapValues(call, (text) => meanings.get((text as string).toLowerCase()) ?? unread);
});

function parsing(gives: TypeName, compile: FunctionDefinition["compile"]): FunctionDefinition {
  const { operands, type } = typedFunction({ takes: ["str"], gives, hint: TEXT_HINT }, compile);
  return {
    ...(operands === undefined ? {} : { operands }),
    type: (args, options) => {
      const result = type(args, options);
      return typeof result === "string" || !isOptional(options) ? result : { ...result, optional: true };
    },
    compile,
  };
}

function isOptional(options: unknown): boolean {
  return (options as ParsingOptions | null)?.optional === true;
}
