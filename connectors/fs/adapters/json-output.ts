import { jsonText } from "../../../lib/pipe/json-text.ts";
import { TextOutput } from "./text-output.ts";

/**
 * A file of JSON Lines as the output of a pipe, made anew: bytes as base64, dates as ISO 8601. A row that JSON cannot say
 * fails with TP_PIPE_VALUE.
 *
 * The pipe throws TP_FILE_FAILED where it cannot be written.
 *
 * @example
 * const errors = pw.jsonOutput("failed.jsonl");
 */
export function jsonOutput(path: string): TextOutput {
  return new TextOutput(path, { append: (row, out) => out.appendText(`${jsonText(row)}\n`) });
}
