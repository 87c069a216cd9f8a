import type { FunctionDefinition } from "./function-definition.ts";
import { typedFunction } from "./signature.ts";
import { TEXT_HINT } from "./type-rules.ts";
import { mapValues } from "./values.ts";

export const replace: FunctionDefinition = typedFunction(
  { takes: ["str", "str", "str", "int"], leaveOut: 1, gives: "str", hint: TEXT_HINT },
  (call) =>
    mapValues(call, (text, old, by, most) =>
      replaced(text as string, old as string, by as string, most as number | undefined),
    ),
);

/** At most `most` occurrences, from the left; all where it is negative or not said. */
function replaced(text: string, old: string, by: string, most = -1): string {
  const limit = most < 0 ? Number.POSITIVE_INFINITY : most;
  if (limit === 0) return text;
  if (old === "") return spread(text, by, limit);
  const parts = text.split(old);
  if (parts.length - 1 <= limit) return parts.join(by);
  return parts.slice(0, limit).join(by) + by + parts.slice(limit).join(old);
}

/** The empty text stands before, between and after all code points. */
function spread(text: string, by: string, limit: number): string {
  let result = "";
  let left = limit;
  for (const character of text) result += (left-- > 0 ? by : "") + character;
  return left > 0 ? result + by : result;
}

export const split: FunctionDefinition = typedFunction(
  { takes: ["str", "str"], leaveOut: 1, gives: "any", hint: TEXT_HINT },
  (call) => mapValues(call, (text, separator) => parts(text as string, separator as string | undefined)),
);

/** Without a separator: the words between runs of white space. By the empty text: its code points. */
function parts(text: string, separator: string | undefined): string[] {
  if (separator === undefined) return text.split(/\s+/).filter((word) => word !== "");
  return separator === "" ? [...text] : text.split(separator);
}
