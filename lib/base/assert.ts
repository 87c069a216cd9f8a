import { TowpathError } from "../errors.ts";

/** Ends the run when an invariant of our own does not hold. Users never see this unless Towpath has a bug. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new TowpathError("TP_INTERNAL", message);
}
