import type { StatePlan } from "./state-plan.ts";

/** A line of the journal. */
export type JournalRecord =
  /** The commits that follow are of this plan. First in every file. */
  | { readonly kind: "plan"; readonly plan: StatePlan }
  /** A source's commit; journalled before anything of it leaves. */
  | { readonly kind: "commit"; readonly time: number; readonly source: string; readonly range: unknown }
  /** Every output has been delivered what it got up to this time. */
  | { readonly kind: "flushed"; readonly time: number };

export function encodeRecord(record: JournalRecord): Buffer {
  return Buffer.from(JSON.stringify(record), "utf8");
}

/** The record in a frame's payload, or null for what is none. */
export function decodeRecord(payload: Buffer): JournalRecord | null {
  let record: unknown;
  try {
    record = JSON.parse(payload.toString("utf8"));
  } catch {
    return null;
  }
  return isRecord(record) ? record : null;
}

function isRecord(value: unknown): value is JournalRecord {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  if (value.kind === "plan") return "plan" in value && isPlan(value.plan);
  if (!("time" in value) || !Number.isSafeInteger(value.time)) return false;
  return (
    value.kind === "flushed" ||
    (value.kind === "commit" && "source" in value && typeof value.source === "string")
  );
}

function isPlan(value: unknown): value is StatePlan {
  if (typeof value !== "object" || value === null || !("operators" in value) || !("sources" in value))
    return false;
  return [value.operators, value.sources].every((part) => typeof part === "object" && part !== null);
}
