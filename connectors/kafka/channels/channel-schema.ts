import { TowpathError } from "../../../lib/errors.ts";
import type { AvroLogical } from "../../formats/avro/avro-logical.ts";
import { type AvroSchemaInput, type AvroType, parseAvroSchema } from "../../formats/avro/avro-schema.ts";

/** What the records of a channel are. */
export interface ChannelSchema {
  readonly type: AvroType;
  /** The schema without all that makes no difference to its values: two ends agree where these texts are the same. */
  readonly text: string;
}

const SHOWN_MAX = 400;

/** Reads a schema, given as text or as the value that the text would be. Throws TP_BAD_SCHEMA. */
export function channelSchema(schema: AvroSchemaInput): ChannelSchema {
  const type = parseAvroSchema(schema);
  return { type, text: JSON.stringify(canonical(type, new Set())) };
}

/** The error that both ends give: who says what. */
export function schemasDiffer(
  channel: string,
  [here, ours]: readonly [who: string, text: string],
  [there, theirs]: readonly [who: string, text: string],
): TowpathError {
  return new TowpathError(
    "TP_CHANNEL_SCHEMA",
    `${here} has the schema ${shown(ours)}, but ${there} has ${shown(theirs)}`,
    {
      where: `channel ${channel}`,
      hint: "Give both ends the same schema. Nothing was changed on the broker.",
    },
  );
}

/**
 * The "Parsing Canonical Form" of Avro 1.11, as a value, and the logical types beside it, because they decide what values
 * a program gets. Documentation, aliases and defaults are left out: records are read by the schema that they were written
 * with.
 */
function canonical(type: AvroType, defined: Set<string>): unknown {
  switch (type.kind) {
    case "union":
      return type.branches.map((branch) => canonical(branch, defined));
    case "array":
      return { type: "array", items: canonical(type.items, defined) };
    case "map":
      return { type: "map", values: canonical(type.values, defined) };
    case "record":
    case "enum":
    case "fixed":
      if (defined.has(type.name)) return type.name;
      defined.add(type.name);
      break;
    default:
      return type.logical === null ? type.kind : { type: type.kind, ...logical(type.logical) };
  }
  const { name, kind } = type;
  if (type.kind === "enum") return { name, type: kind, symbols: type.symbols };
  if (type.kind === "fixed") return { name, type: kind, size: type.size, ...logical(type.logical) };
  const fields = type.fields.map((field) => ({ name: field.name, type: canonical(field.type, defined) }));
  return { name, type: kind, fields };
}

function logical(type: AvroLogical | null): object {
  if (type === null) return {};
  const { name, ...parts } = type;
  return { logicalType: name, ...parts };
}

function shown(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX - 1)}…`;
}
