import type { Batch } from "../../../lib/data/batch.ts";
import { decodeText } from "../../../lib/data/cell.ts";
import { NULL, type TextColumn } from "../../../lib/data/column.ts";
import type { Columns } from "../../../lib/data/schema.ts";
import { TowpathError } from "../../../lib/errors.ts";
import { isTopicName } from "../client/topic-name.ts";
import { placeOfRow } from "../produce/envelope.ts";

/** The topic of a row, as the number by which messages name it. */
export type TopicOfRow = (batch: Batch, row: number) => number;

/**
 * Topics by a `str` column. Throws TP_KAFKA_TOPIC_INVALID, with the row, for null and for what cannot be a topic's name.
 * `columns` are those that the error shows.
 */
export function topicByColumn(
  position: number,
  columns: Columns,
  topic: (name: string) => number,
): TopicOfRow {
  const known = new Map<string, number>();
  return (batch, row) => {
    const { bytes, starts, ends, tags } = batch.columns[position] as TextColumn;
    const isNull = tags !== null && tags[row] === NULL;
    const name = isNull ? null : decodeText(bytes, starts[row], ends[row]);
    const found = name === null ? undefined : known.get(name);
    if (found !== undefined) return found;
    if (name === null || !isTopicName(name)) throw invalid(name, placeOfRow(batch, row, columns));
    const index = topic(name);
    known.set(name, index);
    return index;
  };
}

function invalid(name: string | null, where: string): TowpathError {
  const what =
    name === null ? "a row has null for a topic" : `${JSON.stringify(name.slice(0, 260))} cannot be a topic`;
  return new TowpathError("TP_KAFKA_TOPIC_INVALID", what, {
    where,
    hint: "Topics have up to 249 of a-z, A-Z, 0-9, '.', '_' and '-'. Filter such rows out, or give them another topic.",
  });
}
