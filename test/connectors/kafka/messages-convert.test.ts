/** Deserializing and serializing rows: what comes out, what is an error, and what nobody looks at. */
import * as pw from "towpath";
import { describe, expect, it } from "vitest";
import { readAll } from "../../support/kafka/reading.ts";

const text = new TextDecoder();
const parse = (bytes: Uint8Array | null): unknown => bytes && JSON.parse(text.decode(bytes));
const later = async (bytes: Uint8Array | null): Promise<unknown> => parse(bytes);
const decode = (bytes: Uint8Array | null): string | null => bytes && text.decode(bytes);

const Messages = pw.schema({
  key: "bytes?",
  value: "bytes?",
  topic: "str",
  partition: "int",
  offset: "int",
  headers: "any",
});

function messages(...values: (string | null)[]) {
  const table = pw.input(Messages, { appendOnly: true });
  values.forEach((value, offset) => {
    const key = Buffer.from(`k${offset}`);
    const headers = [["h", String(offset)]];
    table.insert({
      key,
      value: value === null ? null : Buffer.from(value),
      topic: "t",
      partition: 3,
      offset,
      headers,
    });
  });
  table.close();
  return table;
}

describe.each([
  ["a function", parse],
  ["an asynchronous function", later],
  ["an object", { deserialize: parse }],
  ["one that answers at once", { deserialize: parse, isSync: true }],
])("deserializeValue by %s", (_, deserializer) => {
  it("gives the values, tombstones among them, beside the other columns", async () => {
    const { rows } = await readAll(
      () => pw.kafka.deserializeValue(messages('{"a":[1]}', null, '"x"'), deserializer).oks,
    );
    expect(rows).toEqual(
      [{ a: [1] }, null, "x"].map((value, offset) => ({
        key: Buffer.from(`k${offset}`),
        value,
        topic: "t",
        partition: 3,
        offset,
        headers: [["h", String(offset)]],
      })),
    );
  });

  it("gives the messages that cannot be read as they came, with the reason", async () => {
    const { rows } = await readAll(
      () => pw.kafka.deserializeValue(messages("1", "{", "2"), deserializer).errs,
    );
    expect(rows).toEqual([
      {
        code: "TP_DESERIALIZE_VALUE",
        reason: expect.stringContaining("JSON"),
        stage: "deserializeValue",
        topic: "t",
        partition: 3,
        offset: 1,
        timestamp: null,
        key: Buffer.from("k1"),
        value: Buffer.from("{"),
        headers: [["h", "1"]],
      },
    ]);
  });

  it("ends the run with the first error where nothing uses the errors", async () => {
    const run = readAll(() => pw.kafka.deserializeValue(messages("1", "{"), deserializer).oks);
    const error = await run.catch((caught) => caught);
    expect(error).toMatchObject({ code: "TP_DESERIALIZE_VALUE" });
    expect(error.message).toContain("topic t, partition 3, offset 1");
  });

  it("has both tables where both are used", async () => {
    const seen: unknown[] = [];
    await pw.graph(() => {
      const { oks, errs } = pw.kafka.deserializeValue(messages("1", "{", "2"), deserializer);
      pw.subscribe(errs, { name: "errs", onChange: ({ row }) => void seen.push(row.offset) });
      pw.subscribe(oks, { name: "oks", onChange: ({ row }) => void seen.push(row.value) });
      return pw.run({ monitoring: "none" });
    });
    expect(seen.sort()).toEqual([1, 1, 2]);
  });
});

describe("deserialize", () => {
  it("tries the key first, and leaves the value of one that fails untouched", async () => {
    const { rows } = await readAll(() => {
      const key = (): never => {
        throw new pw.TowpathError("TP_ROW_BAD_VALUE", "no key of ours");
      };
      return pw.kafka.deserialize(messages("{"), { key, value: parse }).errs;
    });
    expect(rows).toMatchObject([
      {
        code: "TP_ROW_BAD_VALUE",
        reason: "no key of ours",
        stage: "deserializeKey",
        value: Buffer.from("{"),
      },
    ]);
  });

  it("gives keys and values, and says in the context what they are of", async () => {
    const contexts: unknown[] = [];
    const { rows } = await readAll(
      () =>
        pw.kafka.deserialize(messages("1"), {
          key: (bytes, context) => {
            contexts.push(context);
            return decode(bytes);
          },
          value: parse,
          headers: true,
        }).oks,
    );
    expect(rows).toMatchObject([{ key: "k0", value: 1 }]);
    expect(contexts).toEqual([{ topic: "t", field: "key", headers: [["h", "0"]] }]);
  });

  it("is refused for nothing, for what cannot, and for rows that may go", () =>
    pw.graph(() => {
      const table = messages();
      expect(() => pw.kafka.deserialize(table, {})).toThrow(/neither key nor value/);
      expect(() => pw.kafka.deserializeKey(table, {} as never)).toThrow(/nothing that can deserialize/);
      const changing = pw.input(pw.schema({ value: "bytes" }), { name: "changing" });
      expect(() => pw.kafka.deserializeValue(changing, parse)).toThrow(/toStream/);
    }));
});

describe("serialize", () => {
  const Values = pw.schema({ key: "str?", value: "json?" });
  const values = (...given: { key: string | null; value: unknown }[]) => {
    const table = pw.input(Values, { appendOnly: true });
    for (const row of given) table.insert(row);
    table.close();
    return table;
  };
  const json = (value: unknown): Uint8Array | null =>
    value === null ? null : Buffer.from(JSON.stringify(value));

  it("gives bytes, and null where the serializer does: a tombstone", async () => {
    const { rows } = await readAll(
      () =>
        pw.kafka.serialize(values({ key: "a", value: { b: 1 } }, { key: null, value: null }), {
          key: json,
          value: json,
        }).oks,
    );
    expect(rows).toEqual([
      { key: Buffer.from('"a"'), value: Buffer.from('{"b":1}') },
      { key: null, value: null },
    ]);
  });

  it("gives what it cannot serialize to the errors", async () => {
    const refuse = (): never => {
      throw new Error("not mine");
    };
    const { rows } = await readAll(
      () => pw.kafka.serializeValue(values({ key: "a", value: [1] }), refuse).errs,
    );
    expect(rows).toMatchObject([
      { code: "TP_SERIALIZE_VALUE", reason: "not mine", key: "a", value: [1], topic: null, offset: null },
    ]);
  });

  it("names the topic that rows without one go to", async () => {
    const topics: string[] = [];
    const note = (value: unknown, { topic }: { topic: string }): Uint8Array | null => {
      topics.push(topic);
      return json(value);
    };
    await readAll(() => pw.kafka.serializeKey(values({ key: "a", value: 1 }), note, { topic: "out" }).oks);
    expect(topics).toEqual(["out"]);
  });
});

describe("logErrors", () => {
  const log = (raise: boolean) =>
    readAll(() => {
      const { oks, errs } = pw.kafka.deserializeValue(messages("{", "1", "{"), parse);
      pw.kafka.logErrors(errs, { raise, name: "bad" });
      return oks;
    });

  it("says of each error what it is and where, and the run goes on", async () => {
    const { rows, logs } = await log(false);
    expect(rows).toMatchObject([{ value: 1 }]);
    expect(logs).toEqual([
      expect.stringMatching(/^bad: TP_DESERIALIZE_VALUE: .*deserializeValue, topic t, partition 3, offset 0/),
      expect.stringMatching(/offset 2/),
    ]);
  });

  it("ends the run with the first where it is told to", async () => {
    await expect(log(true)).rejects.toMatchObject({
      code: "TP_DESERIALIZE_VALUE",
      where: expect.stringContaining("topic t, partition 3, offset 0"),
    });
  });

  it("takes tables of errors only", () =>
    pw.graph(() => {
      expect(() => pw.kafka.logErrors(messages() as never)).toThrow(/has a column code/);
    }));
});
