import { formatSite, type SourceSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";

export function badArgument(detail: string, site: SourceSite | null, hint?: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { where: formatSite(site), hint });
}

/** Throws TP_BAD_SCHEMA for what cannot name a column: no text, empty text, text that has no UTF-8 form. */
export function checkName(name: unknown): asserts name is string {
  if (typeof name === "string" && name !== "" && !/\p{Surrogate}/u.test(name)) return;
  throw new TowpathError("TP_BAD_SCHEMA", `${JSON.stringify(name) ?? String(name)} cannot name a column`, {
    hint: "A column's name is a text of at least one character.",
  });
}

/**
 * The own entries of a record that the user wrote. Throws TP_BAD_ARGUMENT for anything that is no plain record, and
 * where the literal `{ __proto__: … }` set the prototype instead of naming a column.
 */
export function entriesOf(record: unknown, what: string): [string, unknown][] {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new TowpathError(
      "TP_BAD_ARGUMENT",
      `${what} is an object of columns by name, not ${describe(record)}`,
    );
  }
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TowpathError("TP_BAD_ARGUMENT", `${what} is a plain object of columns by name`, {
      hint: 'A column called __proto__ is written ["__proto__"]: …, because JavaScript takes __proto__: … for something else.',
    });
  }
  return Object.entries(record);
}

/** What a wrong argument is, without showing its contents. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return `an object (${value.constructor?.name ?? "without prototype"})`;
  return typeof value === "undefined" ? "undefined" : `a ${typeof value}`;
}

/** The options that the user gave, none of them unknown. Throws TP_BAD_ARGUMENT. */
export function checkOptions<O>(
  given: unknown,
  names: readonly string[],
  what: string,
  site: SourceSite | null,
): O {
  if (given === undefined) return {} as O;
  if (typeof given !== "object" || given === null)
    throw badArgument(`${what} takes options, not ${describe(given)}`, site);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw badArgument(`${what} has no option ${JSON.stringify(unknown)}; it has ${names.join(", ")}`, site);
  }
  return given as O;
}
