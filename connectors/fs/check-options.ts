import { nearest } from "../../lib/base/nearest.ts";
import { TowpathError } from "../../lib/errors.ts";

/** Checks of options that name the call, the option and what it takes: all throw TP_BAD_ARGUMENT. */
export class OptionCheck {
  readonly #where: string;

  /** `where` is the call: "pw.fs.read". */
  constructor(where: string) {
    this.#where = where;
  }

  bad(detail: string, hint: string): TowpathError {
    return new TowpathError("TP_BAD_ARGUMENT", detail, { where: this.#where, hint });
  }

  /** An object whose names are known. `what` is such as "the options". */
  object(given: unknown, what: string, known: readonly string[]): void {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      throw this.bad(`${what} are not an object`, `Give such as { ${known[0]}: … }.`);
    }
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined || known.includes(name)) continue;
      const meant = nearest(name, known);
      const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
      throw this.bad(`${what} have no ${JSON.stringify(name)}`, `${question}They are ${known.join(", ")}.`);
    }
  }

  oneOf(name: string, value: unknown, allowed: readonly string[]): void {
    if (typeof value === "string" && allowed.includes(value)) return;
    const meant = typeof value === "string" ? nearest(value, allowed) : undefined;
    const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
    const list = allowed.map((item) => JSON.stringify(item)).join(", ");
    throw this.bad(`${name} cannot be ${shown(value)}`, `${question}It is one of ${list}.`);
  }

  text(name: string, value: unknown): void {
    if (typeof value === "string" && value.trim() !== "") return;
    throw this.bad(`${name} cannot be ${shown(value)}`, "Give a text that is not blank.");
  }

  positive(name: string, value: unknown, isWhole: boolean): void {
    const fits = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (fits && Number(value) > 0) return;
    throw this.bad(`${name} cannot be ${shown(value)}`, `Give a ${isWhole ? "whole " : ""}number above 0.`);
  }
}

function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
