import type { PackedMessages } from "./parser.ts";

/** What the headers of a message of updates say; see the envelope "updates" of the writer. */
export interface UpdateHeaders {
  /** Names the writer's history; "" where no header says. */
  readonly run: string;
  /** From 1; 1 of 1 where the message holds whole commits. */
  readonly part: number;
  readonly parts: number;
}

/** Null where the parts are none: not numbers, or a part beyond the last. */
export function updateHeaders({ headers }: PackedMessages, message: number): UpdateHeaders | null {
  let run = "";
  let part = 1;
  let parts = 1;
  for (const [name, value] of headers?.(message) ?? []) {
    if (name === "tp-run") run = String(value ?? "");
    else if (name === "part") part = count(value);
    else if (name === "parts") parts = count(value);
  }
  return part <= parts ? { run, part, parts } : null;
}

function count(value: Buffer | null): number {
  const text = String(value ?? "");
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : Number.NaN;
}
