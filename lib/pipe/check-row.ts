import type { StandardSchemaV1 } from "@standard-schema/spec";
import { UnreadableRow } from "./ends.ts";

/** In the place of a row: it is refused. */
export class Refused {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** In the place of a row: the transformation answered null or undefined. */
export const LEFT_OUT: unique symbol = Symbol("left out");

type Transform = (row: never) => unknown;

/**
 * The row after the transformation and the schema (https://standardschema.dev, version 1), LEFT_OUT, or a Refused. A promise
 * only where the transformation or the schema gives one.
 */
export function checkRow(
  row: unknown,
  transform: Transform | undefined,
  schema: StandardSchemaV1 | undefined,
): unknown {
  try {
    if (row instanceof UnreadableRow) return new Refused(row.reason);
    if (transform === undefined) return validate(row, schema);
    const transformed = transform(row as never);
    if (!isPromise(transformed)) return kept(transformed, schema);
    return transformed.then((value) => kept(value, schema)).catch(refusal);
  } catch (error) {
    return refusal(error);
  }
}

function kept(row: unknown, schema: StandardSchemaV1 | undefined): unknown {
  return row === null || row === undefined ? LEFT_OUT : validate(row, schema);
}

function validate(row: unknown, schema: StandardSchemaV1 | undefined): unknown {
  if (schema === undefined) return row;
  const result = schema["~standard"].validate(row);
  return isPromise(result) ? result.then(judged).catch(refusal) : judged(result);
}

function judged(result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  return new Refused(result.issues.map(issueText).join("; "));
}

function issueText({ message, path }: StandardSchemaV1.Issue): string {
  const steps = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return steps.length === 0 ? message : `${steps.join(".")}: ${message}`;
}

function refusal(error: unknown): Refused {
  return new Refused(error instanceof Error ? error.message : String(error));
}

function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
