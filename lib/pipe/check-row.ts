import type { StandardSchemaV1 } from "@standard-schema/spec";
import { UnreadableRow } from "./ends.ts";

/** What becomes of a row. */
export type Outcome = { readonly row: unknown } | { readonly reason: string } | typeof LEFT_OUT;

/** The transformation answered null or undefined. */
export const LEFT_OUT = Symbol("left out");

type Transform = (row: never) => unknown;

/**
 * The row after the transformation and the schema (https://standardschema.dev, version 1), or why it is refused. A promise
 * only where the transformation or the schema gives one.
 */
export function checkRow(
  row: unknown,
  transform: Transform | undefined,
  schema: StandardSchemaV1 | undefined,
): Outcome | Promise<Outcome> {
  try {
    if (row instanceof UnreadableRow) return { reason: row.reason };
    if (transform === undefined) return validate(row, schema);
    const transformed = transform(row as never);
    if (!isPromise(transformed)) return kept(transformed, schema);
    return transformed.then((value) => kept(value, schema)).catch(failure);
  } catch (error) {
    return failure(error);
  }
}

function kept(row: unknown, schema: StandardSchemaV1 | undefined): Outcome | Promise<Outcome> {
  return row === null || row === undefined ? LEFT_OUT : validate(row, schema);
}

function validate(row: unknown, schema: StandardSchemaV1 | undefined): Outcome | Promise<Outcome> {
  if (schema === undefined) return { row };
  const result = schema["~standard"].validate(row);
  return isPromise(result) ? result.then(judged).catch(failure) : judged(result);
}

function judged(result: StandardSchemaV1.Result<unknown>): Outcome {
  if (result.issues === undefined) return { row: result.value };
  return { reason: result.issues.map(issueText).join("; ") };
}

function issueText({ message, path }: StandardSchemaV1.Issue): string {
  const steps = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return steps.length === 0 ? message : `${steps.join(".")}: ${message}`;
}

function failure(error: unknown): Outcome {
  return { reason: error instanceof Error ? error.message : String(error) };
}

function isPromise<T>(value: T | PromiseLike<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}
