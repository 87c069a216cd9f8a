import { TowpathError } from "../errors.ts";

/** A port was used again. */
export function portClosed(name: string): TowpathError {
  return new TowpathError("TP_CLOSED", "this port has been closed", {
    where: name,
    hint: "Make another one, with the same options: it goes on where this one was.",
  });
}
