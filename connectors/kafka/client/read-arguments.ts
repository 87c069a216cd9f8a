/** Checks of single arguments of `pw.kafka.read`; each throws TP_BAD_ARGUMENT naming the option. */
import { nearest } from "../../../lib/base/nearest.ts";
import { TowpathError } from "../../../lib/errors.ts";

export function positive(name: string, value: unknown, isNumber: boolean): void {
  if (!isNumber || Number(value) <= 0) throw bad(`${name} is not a number above 0`, `Set ${name} to one.`);
}

/** `more` is what else may be given. */
export function oneOf(name: string, value: unknown, allowed: readonly unknown[], more = ""): void {
  if (allowed.includes(value) || (value === undefined && name !== "format")) return;
  const list = allowed.map((item) => JSON.stringify(item)).join(", ");
  const meant = typeof value === "string" ? nearest(value, allowed.map(String)) : undefined;
  const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw bad(
    `${name} cannot be ${shown}`,
    `${question}It is one of ${more === "" ? list : `${list}, ${more}`}.`,
  );
}

export function knownNames(given: object, known: readonly string[], what: (name: string) => string): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    const question = meant === undefined ? "" : `Did you mean "${meant}"? `;
    throw bad(what(name), `${question}The options are ${known.join(", ")}.`);
  }
}

/** An error about an argument of `pw.kafka.read`. */
export function bad(detail: string, hint: string): TowpathError {
  return new TowpathError("TP_BAD_ARGUMENT", detail, { where: "pw.kafka.read", hint });
}

export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
