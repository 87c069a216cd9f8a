import { stableJson } from "../data/value.ts";
import { TowpathError } from "../errors.ts";

/** A schema as text that is the same for the same schema, however it was laid out. Throws TP_BAD_ARGUMENT. */
export function schemaText(schema: unknown): string {
  if (typeof schema === "object" && schema !== null) return stableJson(schema);
  if (typeof schema !== "string" || schema.trim() === "") {
    throw new TowpathError("TP_BAD_ARGUMENT", "a channel needs a schema", {
      hint: 'Give the text on which writers and readers agree: schema: \'{ "type": "record", … }\'.',
    });
  }
  try {
    return stableJson(JSON.parse(schema));
  } catch {
    return schema.trim();
  }
}
