import { type OutputUnit, type Schema, type SchemaDraft, Validator } from "@cfworker/json-schema";
import { isDeeper } from "../../../lib/data/coerce.ts";
import { JSON_DEPTH_MAX } from "../../../lib/data/value.ts";
import { TowpathError } from "../../../lib/errors.ts";
import type { RegisteredSchema } from "../../../lib/io/schema-lookup.ts";
import { hasLinearPatterns } from "./linear-pattern.ts";
import { withinTime } from "./within-time.ts";

const TEXT_MAX = 4 << 20;
const SHOWN_MAX = 150;
/** What patterns that may take any time are given for a value. */
const PATTERNS_MS = 250;

/** What a JSON Schema says of values. The schema is walked through for each value: no code is made of it. */
export class JsonValidator {
  readonly #validator: Validator;
  /** Whether its patterns are such that the time must be watched. */
  #isSlow: boolean;
  /** Its `title`; undefined where it has none. */
  readonly title: string | undefined;

  /**
   * `references`: the schemas that it refers to, by the names in its `$ref`s. Drafts 4, 6, 7, 2019-09 and 2020-12, by
   * `$schema`, else 7. Throws TP_BAD_SCHEMA.
   */
  constructor(text: string, references: RegisteredSchema["references"] = []) {
    const schema = parseSchema(text);
    this.#isSlow = !hasLinearPatterns(schema);
    this.title = typeof schema === "object" && typeof schema.title === "string" ? schema.title : undefined;
    try {
      this.#validator = new Validator(schema, draftOf(schema), true);
      for (const reference of references) {
        const referred = parseSchema(reference.text);
        this.#isSlow ||= !hasLinearPatterns(referred);
        if (typeof referred === "object") this.#validator.addSchema(referred, reference.name);
      }
    } catch (cause) {
      throw cause instanceof TowpathError ? cause : badSchema(messageOf(cause), cause);
    }
  }

  /** What is wrong with a value, in one line; null where it is valid. */
  failure(value: unknown): string | null {
    try {
      const validate = () => this.#validator.validate(value);
      const result = this.#isSlow ? withinTime(validate, PATTERNS_MS) : validate();
      if (result === undefined) return `the patterns of its schema took longer than ${PATTERNS_MS} ms`;
      return result.valid ? null : detailOf(result.errors);
    } catch (error) {
      // A schema that refers to itself without an end, or to what nobody gave.
      return `its schema cannot be applied to it: ${cut(messageOf(error))}`;
    }
  }
}

/** The schema of a registry. Throws TP_BAD_SCHEMA. */
export function resolveJsonSchema({
  text,
  references,
}: Pick<RegisteredSchema, "text" | "references">): JsonValidator {
  return new JsonValidator(text, references);
}

function parseSchema(text: string): Schema | boolean {
  if (text.length > TEXT_MAX) throw badSchema(`its text is longer than ${TEXT_MAX} characters`);
  if (isDeeper(text, JSON_DEPTH_MAX)) throw badSchema(`it is nested deeper than ${JSON_DEPTH_MAX} levels`);
  try {
    const schema: unknown = JSON.parse(text);
    const isObject = typeof schema === "object" && schema !== null && !Array.isArray(schema);
    if (isObject || typeof schema === "boolean") return schema as Schema | boolean;
  } catch (cause) {
    throw badSchema(`its text is not JSON (${messageOf(cause)})`, cause);
  }
  throw badSchema("it is neither an object nor a boolean");
}

function draftOf(schema: Schema | boolean): SchemaDraft {
  const said = typeof schema === "object" ? String(schema.$schema ?? "") : "";
  if (said.includes("draft-04")) return "4";
  if (said.includes("2019-09")) return "2019-09";
  return said.includes("2020-12") ? "2020-12" : "7";
}

/** The innermost error says what it is about; those around it only that something is. */
function detailOf(errors: readonly OutputUnit[]): string {
  const last = errors.at(-1);
  if (last === undefined) return "it is not what its schema allows";
  const place = last.instanceLocation === "#" ? "the message" : `its part ${last.instanceLocation.slice(1)}`;
  return `${cut(place)}: ${cut(last.error)}`;
}

function cut(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > SHOWN_MAX / 2 ? `${line.slice(0, SHOWN_MAX / 2)}…` : line;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function badSchema(detail: string, cause?: unknown): TowpathError {
  return new TowpathError("TP_BAD_SCHEMA", `the JSON Schema cannot be used: ${cut(detail)}`, {
    hint: "Correct the schema.",
    cause,
  });
}
