import { MessageKeyReader } from "../../../connectors/formats/message-key.ts";
import { RowBuilder } from "../../../lib/data/row-builder.ts";
import { packed } from "../../../test/connectors/formats/packed.ts";
import { makeMessages, messageCase } from "../messages.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = [
  '{"a":1,"b":"x","name":"n","é":2,"__proto__":{"a":1},"constructor":"c"}',
  '"a"',
  "17",
  "plain text",
];
const tokens = ["{", "}", "null", '"a":', "1e400"];

/** Keys of messages without payload. */
export const messageKeys: FuzzTarget = {
  name: "message-keys",
  make: (rng) => makeMessages(rng, seeds, tokens),
  run(bytes) {
    const { columns, messages } = messageCase(bytes);
    const primaryKey = columns.map((_, i) => i).slice(0, 1 + ((bytes[0] ?? 0) % columns.length));
    const reader = new MessageKeyReader(columns, primaryKey);
    const rows = new RowBuilder(
      columns,
      columns.map(() => true),
    );
    const empty = packed(Array.from({ length: messages.length }, () => null));
    for (let i = 0; i < messages.length; i++) {
      if (reader.read({ ...empty, keys: messages }, i, rows) !== null) rows.truncate(rows.length);
    }
  },
};
