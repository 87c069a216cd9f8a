/** Errors of a client as rows: who takes them, and that a later run has them again. */
import { expect, test } from "vitest";
import { ClientErrorRows, ClientErrors } from "../../../connectors/kafka/messages/client-error-rows.ts";
import { sourceErrorColumns } from "../../../connectors/kafka/messages/message-columns.ts";
import { readCell } from "../../../lib/data/cell.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { COMMIT, ENDED, IDLE, type SourceContext } from "../../../lib/io/source.ts";

const context: SourceContext = {
  wake() {},
  fail(error) {
    throw error;
  },
  log() {},
  reject() {},
  signal: new AbortController().signal,
};
const error = new TowpathError("TP_KAFKA_AUTHORIZATION", "not yours");
const place = { topic: "t", partition: 2 };
const all = sourceErrorColumns.map(() => true);

function opened(errors: ClientErrors): ClientErrorRows {
  errors.hasReader = true;
  return new ClientErrorRows("t, errors", all, errors, () => {
    throw new Error("the messages have a reader");
  });
}

/** The rows of the commit that is due. */
function sealed(rows: ClientErrorRows, time: number): Record<string, unknown>[] {
  const { columns, length } = rows.seal(time);
  return Array.from({ length }, (_, row) =>
    Object.fromEntries(
      sourceErrorColumns.map(({ name, type }, i) => [name, readCell(columns[i], type, row)] as const),
    ),
  );
}

test("an error is nobody's where no table lists it, or where it is fatal", () => {
  expect(new ClientErrors(false).take(error, place)).toBe(false);
  const fatal = new ClientErrors(true);
  const rows = opened(fatal);
  expect(fatal.take(error, place)).toBe(false);
  expect(rows.poll()).toBe(IDLE);
});

test("errors are rows of one commit, until no more can come", async () => {
  const errors = new ClientErrors(false);
  const rows = opened(errors);
  await rows.open(context);
  expect(errors.take(error, place)).toBe(true);
  expect(errors.take(error, null)).toBe(true);
  errors.end();
  expect(rows.poll()).toBe(COMMIT);
  expect(sealed(rows, 2)).toMatchObject([
    {
      code: "TP_KAFKA_AUTHORIZATION",
      reason: "not yours",
      stage: "input",
      topic: "t",
      partition: 2,
      key: null,
    },
    { topic: null, partition: null },
  ]);
  expect(rows.poll()).toBe(ENDED);
});

test("a later run makes the commits of the journal again before anything new", async () => {
  const before = new ClientErrors(false);
  const first = opened(before);
  before.take(error, place);
  const rows = sealed(first, 2);
  const range: unknown = JSON.parse(JSON.stringify(first.history.range()));
  const errors = new ClientErrors(false);
  const second = opened(errors);
  second.history.resume(null, [{ time: 2, range }]);
  await second.open(context);
  errors.take(new TowpathError("TP_KAFKA_FAILED", "new"), null);
  expect(sealed(second, 2)).toEqual(rows);
  expect(sealed(second, 4)).toMatchObject([{ reason: "new" }]);
});
