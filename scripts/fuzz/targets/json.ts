import { fallbackOf } from "../../../connectors/formats/cells.ts";
import { json as format } from "../../../connectors/formats/json.ts";
import { readJsonMessage } from "../../../connectors/formats/json-careful.ts";
import { parse, readEach } from "../../../test/connectors/formats/packed.ts";
import { expectSame, makeMessages, messageCase } from "../messages.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = [
  '{"a":1,"b":"x","name":null,"é":"€𝄞"}',
  '{"a":-1.5e300,"b":true,"name":[1,{"a":2}],"é":"\\ud834\\udd1e","extra":{"deep":[[[]]]}}',
  '[{"a":1},{"b":"2024-02-29T01:02:03.004Z"},{"name":"AQI="}]',
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"q\\"":"10s"}',
  ' {"a":9007199254740993 , "a": 2}\n',
];
const tokens = ["true", "null", "[]", "{}", ":", ",", "}", "]", "-", "e9", '"a":', "\\u0000", "\\ud800"];

/** JSON messages: both paths of the parser agree. */
export const json: FuzzTarget = {
  name: "json",
  make: (rng) => makeMessages(rng, seeds, tokens),
  run(bytes) {
    const given = messageCase(bytes);
    const { columns, needed, messages } = given;
    const fallbacks = columns.map(fallbackOf);
    const fast = parse(format.parser.create(columns), columns, messages, needed);
    expectSame(
      fast,
      readEach(given, (i, rows) => readJsonMessage(columns, fallbacks, messages, i, rows)),
    );
  },
};
