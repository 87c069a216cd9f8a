import { fallbackOf } from "../../../connectors/formats/cells.ts";
import { csv as format } from "../../../connectors/formats/csv.ts";
import { readCsvMessage } from "../../../connectors/formats/csv-careful.ts";
import { parse, readEach } from "../../../test/connectors/formats/packed.ts";
import { expectSame, makeMessages, messageCase } from "../messages.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = [
  "a,b,name,é",
  "1,x,,2024-02-29T01:02:03.004Z",
  '"1","say ""hi""",\'x\',"a\nb"\r\n2,y,z,"',
  "__proto__,constructor,name",
  "\ufeffa,b\n1,2\n3,4\n",
  "=1+1,@x,-2,+3",
];
const tokens = [",", '"', '""', "\n", "\r", "\r\n", '",', ',"', ";", "\t", "NaN", "Infinity", "007"];
const dialect = { delimiter: ",", quote: '"' };

/**
 * CSV messages. A header that the first of them may be is found or not, without a crash; and given the header, both
 * paths of the parser agree.
 */
export const csv: FuzzTarget = {
  name: "csv",
  make: (rng) => makeMessages(rng, seeds, tokens),
  run(bytes) {
    const given = messageCase(bytes);
    const { columns, needed, messages } = given;
    const reader = format.parser.create(columns, {});
    for (let i = 0; i < messages.length; i++) {
      if (reader.offerHeader?.(messages, i) !== true) continue;
      parse(reader, columns, messages, needed);
      break;
    }
    const names = [...columns.map(({ name }) => name), "extra"].slice((bytes[0] ?? 0) % 2);
    const cells = Int32Array.from(columns, ({ name }) => names.indexOf(name));
    if (cells.includes(-1)) return;
    const parser = format.parser.create(columns, {});
    parser.load?.({ names, partition: -1, offset: -1 });
    const fast = parse(parser, columns, messages, needed);
    const layout = { cells, width: names.length };
    const fallbacks = columns.map(fallbackOf);
    expectSame(
      fast,
      readEach(given, (i, rows) => readCsvMessage(columns, fallbacks, dialect, layout, messages, i, 0, rows)),
    );
  },
};
