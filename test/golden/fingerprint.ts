import { createHash } from "node:crypto";
import type { Program } from "./program.ts";

/** A short text that changes whenever the program does: a recording carries that of the program it was made of. */
export function fingerprint(program: Program): string {
  return createHash("sha256").update(JSON.stringify(program)).digest("hex").slice(0, 12);
}
