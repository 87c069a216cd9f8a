/** A pipe: to-kafka FILE URI, to-csv URI FILE ROWS, or to-json FILE FILE. Prints the seconds that it took. */
import * as pw from "towpath";

const [way, source, target, rows] = process.argv.slice(2) as [string, string, string, string | undefined];
const toKafka = (): pw.Pipe =>
  pw.pipe({ input: pw.csvInput(source), output: pw.kafkaOutput({ uri: target, acks: 1 }) }) as pw.Pipe;
const toCsv = (): pw.Pipe =>
  pw.pipe({
    input: pw.kafkaInput({ uri: source, groupId: target, limit: Number(rows) }),
    // The column that ZooPipe's file has.
    transform: ({ value }) => ({ value: String(value) }),
    output: pw.csvOutput(target),
  }) as pw.Pipe;
const toJson = (): pw.Pipe =>
  pw.pipe({ input: pw.csvInput(source), output: pw.jsonOutput(target) }) as pw.Pipe;
const ways: Readonly<Record<string, () => pw.Pipe>> = {
  "to-kafka": toKafka,
  "to-csv": toCsv,
  "to-json": toJson,
};
const report = await ways[way]().start();
console.log(JSON.stringify({ seconds: report.durationMs / 1_000, rows: report.written }));
