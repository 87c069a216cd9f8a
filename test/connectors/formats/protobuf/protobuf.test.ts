/** Our Protobuf against protobufjs, which makes code of schemas: fit for a test, where they are ours. */
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor.js";
import { describe, expect, test } from "vitest";
import { ProtobufFault } from "../../../../connectors/formats/protobuf/protobuf-fault.ts";
import { ValueReader } from "../../../../connectors/formats/protobuf/protobuf-value.ts";
import { writeMessage } from "../../../../connectors/formats/protobuf/protobuf-writer.ts";
import {
  messageNamed,
  resolveGiven,
  resolveSchema,
} from "../../../../connectors/formats/protobuf/resolve-proto.ts";
import { ByteWriter } from "../../../../lib/io/byte-writer.ts";
import { Rng, seedFrom } from "../../../support/rng.ts";
import { forPeer, ours, peer, proto, readBack, some } from "./orders.ts";

const seed = seedFrom("TOWPATH_TEST_SEED");

describe(`values (TOWPATH_TEST_SEED=${seed})`, () => {
  test("are read as they were written, by us and by protobufjs", () => {
    const rng = new Rng(seed);
    for (let round = 0; round < 500; round++) {
      const value = some(rng);
      expect(readBack(ours(value))).toEqual(value);
      const theirs = peer.encode(peer.fromObject(forPeer(value))).finish();
      expect(readBack(theirs)).toEqual(value);
      const decoded = peer.toObject(peer.decode(ours(value)), {
        longs: String,
        enums: String,
        defaults: true,
        bytes: Buffer,
      });
      const again = peer.toObject(peer.decode(theirs), {
        longs: String,
        enums: String,
        defaults: true,
        bytes: Buffer,
      });
      expect(decoded).toEqual(again);
    }
  });

  test("any bytes are read or refused with a place, and quickly", () => {
    const rng = new Rng(seed);
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = rng.chance(0.3)
        ? Buffer.from(Array.from({ length: rng.below(60) }, () => rng.below(256)))
        : ours(some(rng));
      for (let i = rng.below(4); i > 0 && bytes.length > 0; i--)
        bytes[rng.below(bytes.length)] = rng.below(256);
      const cut = bytes.subarray(0, rng.chance(0.3) ? rng.below(bytes.length + 1) : bytes.length);
      try {
        readBack(cut);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtobufFault);
        expect((error as ProtobufFault).at).toBeLessThanOrEqual(cut.length);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  test("what nests too deeply, or means more than its bytes, is refused", () => {
    let nested = Buffer.alloc(0);
    for (let i = 0; i < 200; i++) {
      const length = new ByteWriter();
      for (let rest = nested.length; ; rest >>>= 7) {
        length.put(rest >= 0x80 ? (rest & 0x7f) | 0x80 : rest);
        if (rest < 0x80) break;
      }
      nested = Buffer.concat([Buffer.from([26]), length.view(), nested]);
    }
    const head = new ByteWriter();
    for (let rest = nested.length; ; rest >>>= 7) {
      head.put(rest >= 0x80 ? (rest & 0x7f) | 0x80 : rest);
      if (rest < 0x80) break;
    }
    expect(() => readBack(Buffer.concat([Buffer.from([0xca, 1]), head.view(), nested]))).toThrow(
      "nested deeper than 100",
    );
    const many = Array.from({ length: 2_000 }, (_, i) => `int32 f${i} = ${i + 1};`).join("\n");
    const wide = resolveGiven({
      proto: `syntax = "proto3"; message Wide { repeated Wide more = 5000; ${many} }`,
    });
    const empties = Buffer.concat(Array.from({ length: 200_000 }, () => Buffer.from([0xc2, 0xb8, 0x02, 0])));
    const read = (): unknown =>
      new ValueReader(empties, empties.length, "value").message(messageNamed(wide), 0, empties.length);
    expect(read).toThrow("far more than its bytes");
    const groups = Buffer.alloc(100_000, 0x0b);
    expect(() => readBack(groups)).toThrow("groups are nested");
  });

  test("what does not fit the schema is not written", () => {
    expect(() => ours({ a: 2 ** 31 })).toThrow(
      /TP_OUTPUT_VALUE: the value of a .*2147483648 is beyond the range of int32/,
    );
    expect(() => ours({ a: 1.5 })).toThrow("the value of a");
    expect(() => ours({ c: -1 })).toThrow("beyond the range of uint32");
    expect(() => ours({ n: 1 })).toThrow("the value of n");
    expect(() => ours({ p: "HUGE" })).toThrow('"HUGE" is no value of shop.Order.Kind');
    expect(() => ours({ y: { skv: "x" } })).toThrow('shop.Order.Line has no field "skv"');
    expect(() => ours({ v: [{ parts: [{ count: "x" }] }] })).toThrow("v[0].parts[0].count");
    expect(() => ours([])).toThrow("no object");
  });

  test("well-known types are what they stand for", () => {
    const wellKnown = resolveGiven({
      proto: `syntax = "proto3"; import "google/protobuf/struct.proto"; message M {
        google.protobuf.Timestamp at = 1; google.protobuf.Duration took = 2; google.protobuf.Int64Value n = 3;
        google.protobuf.StringValue s = 4; google.protobuf.Value v = 5; google.protobuf.Struct o = 6; google.protobuf.ListValue l = 7; }`,
    });
    const message = messageNamed(wellKnown);
    const value = {
      at: new Date("1969-12-31T23:59:59.250Z"),
      took: -1500.5,
      n: 0,
      s: null,
      v: [1, "x", null, { y: true }],
      o: { __proto__x: null, a: [1], b: { c: "d" } },
      l: [],
    };
    const out = new ByteWriter();
    writeMessage(message, value, out);
    const bytes = Buffer.from(out.view());
    expect(new ValueReader(bytes, bytes.length, "value").message(message, 0, bytes.length)).toEqual(value);
    const json = new ValueReader(bytes, bytes.length, "json").message(message, 0, bytes.length);
    expect(json).toMatchObject({ at: "1969-12-31T23:59:59.250Z", took: -1500.5 });
  });

  test("a key of a map may have any name", () => {
    const bytes = ours({ w: JSON.parse('{"__proto__": 3, "constructor": 4}') });
    const { w } = readBack(bytes) as { w: object };
    expect(Object.entries(w)).toEqual([
      ["__proto__", 3],
      ["constructor", 4],
    ]);
    expect(Object.getPrototypeOf(w)).toBe(Object.prototype);
  });

  test("a message in pieces is one", () => {
    const pieces = Buffer.concat([ours({ y: { sku: "a", count: 1 } }), ours({ y: { count: 2 } })]);
    expect(readBack(pieces)).toMatchObject({ y: { sku: "a", count: 2 } });
    const choices = Buffer.concat([ours({ z_text: "a" }), ours({ z_number: 2 })]);
    expect(readBack(choices)).toMatchObject({ z_text: null, z_number: 2 });
  });
});

describe("schemas", () => {
  test("proto2: required, defaults, groups, and presence", () => {
    const proto2 = resolveGiven({
      proto: `message P { required int32 a = 1; optional int32 b = 2 [default = 5]; optional string c = 3;
        repeated int32 d = 4; optional group G = 5 { optional int32 h = 1; } }`,
    });
    const message = messageNamed(proto2);
    const bytes = Buffer.from([0x08, 1, 0x20, 7, 0x22, 2, 8, 9, 0x2b, 0x08, 3, 0x2c]);
    const value = new ValueReader(bytes, bytes.length, "value").message(message, 0, bytes.length);
    expect(value).toEqual({ a: 1, b: 5, c: null, d: [7, 8, 9], g: { h: 3 } });
    expect(() => writeMessage(message, { b: 1 }, new ByteWriter())).toThrow("is required");
  });

  test.each([
    ["nonsense", "illegal token"],
    ['syntax = "proto3"; message M { Missing x = 1; }', "Missing of field x of M is not declared"],
    ['syntax = "proto3"; message M { int32 x = 1; int32 y = 1; }', "duplicate"],
    ["message __proto__ { int32 x = 1; }", "__proto__"],
    ['syntax = "proto9"; message M {}', "neither proto2 nor proto3"],
    ['syntax = "proto3"; enum E {}', "has no values"],
    ["message M {".repeat(3000), "depth"],
    ["", "no message"],
  ])("hostile or broken: %#", (text, said) => {
    expect(() => messageNamed(resolveGiven({ proto: text.slice(0, 40_000) }))).toThrow(
      new RegExp(`TP_BAD_SCHEMA.*${said}`),
    );
  });

  test("a descriptor says the same as its text, in a registry too", () => {
    const plain = proto.replace(/import .*\n/, "");
    const { root } = protobuf.parse(plain, new protobuf.Root(), { keepCase: true });
    root.resolveAll();
    const set = (root as unknown as { toDescriptor(edition: string): { file: object[] } }).toDescriptor(
      "proto3",
    );
    const bytes = descriptor.FileDescriptorSet.encode(set).finish();
    const described = resolveGiven({ descriptor: bytes });
    const { types } = resolveGiven({ proto: plain });
    expect([...described.types.keys()].sort()).toEqual([...types.keys()].sort());
    const file = descriptor.FileDescriptorProto.encode(set.file[0] as never).finish();
    const text = Buffer.from(file).toString("base64");
    const registered = resolveSchema({ text, references: [] });
    const rng = new Rng(seed);
    for (let round = 0; round < 20; round++) {
      const value = some(rng);
      const out = new ByteWriter();
      writeMessage(messageNamed(registered, "Order"), value, out);
      expect(readBack(out.view().slice())).toEqual(value);
    }
    expect(() => resolveGiven({ descriptor: Buffer.from([1, 2, 3]) })).toThrow("no descriptor");
  });
});
