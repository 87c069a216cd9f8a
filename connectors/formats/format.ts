import type { FormatterDefinition } from "../../lib/io/formatter.ts";
import type { ParserDefinition } from "../../lib/io/parser.ts";

/** One format: how messages become rows, and how rows become records. Either half may be missing. */
export interface FormatDefinition {
  readonly name: string;
  readonly parser?: ParserDefinition;
  readonly formatter?: FormatterDefinition;
}
