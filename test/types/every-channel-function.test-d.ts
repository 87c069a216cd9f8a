/** Right and wrong uses of each function of channels. Checked by tsc, never run. */
import * as pw from "towpath";
import { type Equal, expect, type FunctionName, typeTests } from "./expect-types.ts";

const schema = {
  type: "record",
  name: "Sample",
  fields: [
    { name: "at", type: "long" },
    { name: "note", type: ["null", "string"] },
  ],
} as const;
type Sample = { at: number; note: string | null };
const uri = "kafka://localhost:9092/signal";
const text: string = JSON.stringify(schema);

/** A kind of one's own. */
declare function queueReader(options: {
  schema: string;
  queue: string;
}): pw.ChannelReader<Map<string, number>>;
declare function queueWriter(options: {
  schema: string;
  queue: string;
}): pw.ChannelWriter<Map<string, number>>;

typeTests<"channelReader" | "channelWriter" | "inputPort" | "outputPort">({
  channelReader() {
    const [reader, plain] = [
      pw.channelReader({ uri, schema, of: 2 }),
      pw.channelReader({ uri, schema: text }),
    ];
    expect<Equal<typeof reader, pw.KafkaChannelReader<Sample>>>();
    expect<Equal<typeof plain, pw.KafkaChannelReader<Record<string, unknown>>>>();
    // @ts-expect-error no such option
    pw.channelReader({ uri, schema, groupe: "mean" });
  },
  channelWriter() {
    const writer = pw.channelWriter({ uri, schema, readers: ["mean"] });
    expect<Equal<typeof writer, pw.KafkaChannelWriter<Sample>>>();
    void writer.write([{ at: 1, note: null }]);
    // @ts-expect-error no such field
    void writer.write([{ at: 1, notes: null }]);
    // @ts-expect-error groups are a list
    pw.channelWriter({ uri, schema, readers: "mean" });
  },
  inputPort() {
    const memory = pw.channels.memory();
    const ports = {
      plain: pw.inputPort({ schema, uri, group: "mean", index: 1, of: 2 }),
      text: pw.inputPort({ schema: text, uri }),
      said: pw.inputPort({ schema, uri, group: "mean", reader: pw.channelReader }),
      memory: pw.inputPort({ schema, uri: "signal", group: "mean", reader: memory.reader }),
      own: pw.inputPort({ schema: "any", queue: "signal", reader: queueReader }),
    };
    expect<Equal<typeof ports.plain, pw.InputPort<Sample>>>();
    expect<Equal<typeof ports.text, pw.InputPort<Record<string, unknown>>>>();
    expect<Equal<typeof ports.said, pw.InputPort<Sample>>>();
    expect<Equal<typeof ports.memory, pw.InputPort<Sample>>>();
    expect<Equal<typeof ports.own, pw.InputPort<Map<string, number>>>>();
    // @ts-expect-error no such option
    pw.inputPort({ schema, uri, groupe: "mean" });
    // @ts-expect-error a reader's own options
    pw.inputPort({ schema: "any", uri, reader: queueReader });
    // @ts-expect-error a writer is no reader
    pw.inputPort({ schema, uri, reader: pw.channelWriter });
  },
  outputPort() {
    const memory = pw.channels.memory();
    const ports = {
      plain: pw.outputPort({ schema, uri, readers: ["mean"] }),
      said: pw.outputPort({ schema, uri, name: "sensor", writer: pw.channelWriter }),
      memory: pw.outputPort({ schema, uri: "signal", writer: memory.writer }),
      own: pw.outputPort({ schema: "any", queue: "signal", writer: queueWriter }),
    };
    expect<Equal<typeof ports.plain, pw.OutputPort<Sample>>>();
    expect<Equal<typeof ports.said, pw.OutputPort<Sample>>>();
    expect<Equal<typeof ports.memory, pw.OutputPort<Sample>>>();
    expect<Equal<typeof ports.own, pw.OutputPort<Map<string, number>>>>();
    void ports.plain.write({ at: 1, note: "a" });
    void ports.plain.write([{ at: 1, note: "a" }]);
    // @ts-expect-error a text where a number is meant
    void ports.plain.write({ at: "1", note: "a" });
    // @ts-expect-error no such option
    pw.outputPort({ schema, uri, reader: "mean" });
  },
});

typeTests<FunctionName<typeof pw.channels>>({
  memory() {
    const { reader } = pw.channels.memory();
    const numbers = reader<number>({ schema: "numbers", uri: "numbers" });
    expect<Equal<typeof numbers, pw.channels.MemoryReader<number>>>();
    // @ts-expect-error it takes nothing
    pw.channels.memory("numbers");
  },
  run() {
    const ports = { input: pw.inputPort({ schema, uri }), output: pw.outputPort({ schema, uri }) };
    const report = pw.channels.run(ports, async ({ input, output }, { signal }) => {
      for await (const { at, note } of input) await output.write({ at, note });
      expect<Equal<typeof signal, AbortSignal>>();
      // @ts-expect-error no such port
      input.write;
    });
    expect<Equal<typeof report, Promise<pw.channels.OperatorReport>>>();
    // @ts-expect-error no such option
    void pw.channels.run(ports, () => {}, { timeoutMs: 1 });
  },
  read() {
    const [table, plain] = [pw.channels.read({ uri, schema }), pw.channels.read({ uri, schema: text })];
    expect<Equal<pw.RowOf<typeof table>, Sample>>();
    expect<Equal<pw.RowOf<typeof plain>, Record<string, unknown>>>();
    pw.channels.read({ uri, schema, commit: { everyMs: 100 }, startFrom: "stored" });
    // @ts-expect-error no such option
    pw.channels.read({ uri, schema, commit: { everyRows: 100 } });
  },
  write() {
    const table = pw.input(pw.schema({ at: "int", note: "str?" }));
    const written = pw.channels.write(table, { uri, schema, readers: ["mean"] });
    expect<Equal<typeof written, void>>();
    // @ts-expect-error no such option
    pw.channels.write(table, { uri, schema, groups: ["mean"] });
  },
});
