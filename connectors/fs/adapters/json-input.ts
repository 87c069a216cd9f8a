import { type PipeInput, UnreadableRow } from "../../../lib/pipe/ends.ts";
import { excerpt } from "../../formats/message.ts";
import { RecordInput } from "./record-input.ts";

/**
 * A file of JSON Lines as the input of a pipe: a row is the value of a line, empty lines are none. A line that is no JSON
 * fails. Memory does not grow with the file.
 *
 * The pipe throws TP_FILE_ABSENT and TP_FILE_FAILED where it cannot be read.
 *
 * @example
 * const input = pw.jsonInput<{ id: number }>("orders.jsonl");
 */
export function jsonInput<Row = unknown>(path: string): PipeInput<Row> {
  const rules = { quote: -1, delimiter: -1, keepsEmpty: false, skipsMark: true };
  return new RecordInput(path, rules, (text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return new UnreadableRow(`the line is no JSON: ${excerpt(text, 0)}`, text);
    }
  });
}
