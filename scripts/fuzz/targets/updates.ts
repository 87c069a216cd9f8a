import { updates as format } from "../../../connectors/formats/updates.ts";
import { updateHeaders } from "../../../lib/io/update-headers.ts";
import { updateColumns } from "../../../lib/io/update-rows.ts";
import { parse } from "../../../test/connectors/formats/packed.ts";
import { makeMessages, messageCase } from "../messages.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = [
  '[{"a":1,"b":"x","diff":1,"time":2},{"a":1,"b":"x","diff":-1,"time":4}]',
  '[{"a":null,"é":[1],"name":"n","constructor":"c","__proto__":"p","diff":1,"time":1795261068762,"key":"6fa459ea-ee8a-4ca4-894e-db77e160355e"}]',
  "[]",
  '{"a":1}',
];
const tokens = ['"diff":', '"time":', "-1", "1", "0", "1e400", "[", "]", "{", "}", ","];

/** Messages of the writer's envelope: what is accepted has whole diffs, and times that never fall. */
export const updates: FuzzTarget = {
  name: "updates",
  make: (rng) => makeMessages(rng, seeds, tokens),
  run(bytes) {
    const { columns, messages } = messageCase(bytes);
    const all = updateColumns(columns);
    const { rows } = parse(format.parser.create(all), all, messages);
    let last = rows[0];
    for (const row of rows) {
      const { diff, time } = row.values as { diff: number; time: number };
      if (diff !== 1 && diff !== -1) throw new Error(`a diff of ${diff} was accepted`);
      const falls = last.offset === row.offset && time < (last.values.time as number);
      if (!Number.isSafeInteger(time) || falls) throw new Error(`time ${time} was accepted`);
      last = row;
    }
    const text = Buffer.from(bytes.subarray(0, 200));
    const headers = (): [string, Buffer][] => [
      ["tp-run", text],
      ["part", text],
      ["parts", text],
    ];
    const found = updateHeaders({ ...messages, headers }, 0);
    if (found !== null && !(found.part >= 1 && found.part <= found.parts))
      throw new Error("parts that are none");
  },
};
