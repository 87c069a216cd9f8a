/** What becomes of one part of one message: its value, or why there is none. */
import { type ErrorCode, TowpathError } from "../../../lib/errors.ts";
import type { MessageHeader, SerdeContext } from "../../../lib/io/serde.ts";

/** What is done with a part of a message. */
export type Stage = "deserializeKey" | "deserializeValue" | "serializeKey" | "serializeValue";

const codes: Readonly<Record<Stage, ErrorCode>> = {
  deserializeKey: "TP_DESERIALIZE_KEY",
  deserializeValue: "TP_DESERIALIZE_VALUE",
  serializeKey: "TP_SERIALIZE_KEY",
  serializeValue: "TP_SERIALIZE_VALUE",
};

/** Stands in a row's cell where a part could not be converted. */
class Failure {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly stage: Stage;
  /** "topic orders, partition 0, offset 17"; empty where the row does not say. */
  readonly place: string;
  /** Something reads the table of the errors, so that this one will stand there. */
  isListed = false;

  /** An error of our own has a code that says more than that of its stage. */
  constructor(stage: Stage, error: unknown, place: string) {
    this.stage = stage;
    this.place = place;
    this.code = error instanceof TowpathError ? error.code : codes[stage];
    this.reason = reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof TowpathError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}

/** A part's conversion, row by row: the part, what the context says, how the part before it ended, and where it stands. */
export type Convert = (
  part: unknown,
  topic: unknown,
  headers: unknown,
  before: unknown,
  partition: unknown,
  offset: unknown,
) => unknown;

/** Converts by `call`, which gets a part and where it is from; what it throws, or rejects with, becomes a Failure. */
export function conversion(stage: Stage, call: (part: never, context: SerdeContext) => unknown): Convert {
  const field = stage.endsWith("Key") ? "key" : "value";
  return (part, topic, headers, before, partition, offset) => {
    if (before instanceof Failure) return null;
    const context: SerdeContext = {
      topic: typeof topic === "string" ? topic : "",
      field,
      ...(Array.isArray(headers) ? { headers: headers as readonly MessageHeader[] } : {}),
    };
    const failed = (error: unknown): Failure => new Failure(stage, error, placeOf(topic, partition, offset));
    try {
      const result = call(part as never, context);
      return isThenable(result) ? result.then(settled, failed) : settled(result);
    } catch (error) {
      return failed(error);
    }
  };
}

function placeOf(topic: unknown, partition: unknown, offset: unknown): string {
  const parts = Object.entries({ topic, partition, offset }).filter(([, said]) => said !== null);
  return parts.map(([name, said]) => `${name} ${String(said)}`).join(", ");
}

function settled(result: unknown): unknown {
  return result === undefined ? null : result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/**
 * Whether a row is one of the errors. Asked only where something reads those, and before `isConverted` is asked of the
 * same rows: they stand in one operator, in this order.
 */
export function hasFailed(...outcomes: readonly unknown[]): boolean {
  const failure = outcomes.find((outcome) => outcome instanceof Failure);
  if (failure instanceof Failure) failure.isListed = true;
  return failure !== undefined;
}

/** Whether a row has all its parts. Throws the failure of one that is not in the table of the errors: it is never dropped. */
export function isConverted(...outcomes: readonly unknown[]): boolean {
  for (const outcome of outcomes) {
    if (!(outcome instanceof Failure)) continue;
    if (outcome.isListed) return false;
    const { code, stage, reason, place } = outcome;
    const where = place === "" ? "" : ` (${place})`;
    throw new TowpathError(
      code,
      `${stage}: ${reason}${where}; nothing uses errs, which would have the message`,
    );
  }
  return true;
}

/** What the table of the errors says of a row. */
export function failureIn(outcomes: readonly unknown[]): Failure {
  return outcomes.find((outcome) => outcome instanceof Failure) as Failure;
}
