/** Orders in Protobuf with a field of each kind, drawn at random, for us and for protobufjs. */
import protobuf from "protobufjs";
import { ValueReader } from "../../../../connectors/formats/protobuf/protobuf-value.ts";
import { writeMessage } from "../../../../connectors/formats/protobuf/protobuf-writer.ts";
import { messageNamed, resolveGiven } from "../../../../connectors/formats/protobuf/resolve-proto.ts";
import { ByteWriter } from "../../../../lib/io/byte-writer.ts";
import type { Rng } from "../../../support/rng.ts";

export const proto = `
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
message Order {
  int32 a = 1; int64 b = 2; uint32 c = 3; uint64 d = 4; sint32 e = 5; sint64 f = 6;
  fixed32 g = 7; fixed64 h = 8; sfixed32 i = 9; sfixed64 j = 10; float k = 11; double l = 12;
  bool m = 13; string n = 14; bytes o = 15; Kind p = 16;
  optional int32 q = 17; optional string r = 2000;
  repeated int32 s = 19; repeated string t = 20; repeated double u = 21 [packed = false]; repeated Line v = 22;
  map<string, int32> w = 23; map<int32, Line> x = 24; Line y = 25;
  oneof choice { string z_text = 26; int32 z_number = 27; Line z_line = 28; }
  enum Kind { NONE = 0; SMALL = 1; LARGE = 5; }
  message Line { string sku = 1; int32 count = 2; repeated Line parts = 3; }
}`;

const schema = resolveGiven({ proto });
const order = messageNamed(schema, "shop.Order");
// The library finds imports in its own folder only when it reads files.
export const peer = protobuf
  .parse(proto.replace(/import .*\n/, ""), new protobuf.Root(), { keepCase: true })
  .root.lookupType("shop.Order");

export type Plain = Record<string, unknown>;

function line(rng: Rng, depth: number): Plain {
  return {
    sku: rng.pick(["", "x", "é𝄞", "long".repeat(20)]),
    count: rng.pick([0, 1, -1, 2 ** 31 - 1]),
    parts: depth > 2 ? [] : Array.from({ length: rng.below(3) }, () => line(rng, depth + 1)),
  };
}

export function some(rng: Rng): Plain {
  const int32 = (): number => rng.pick([0, 1, -1, 127, 128, 2 ** 31 - 1, -(2 ** 31), rng.below(1e9)]);
  const uint32 = (): number => rng.pick([0, 1, 300, 2 ** 32 - 1, rng.below(2 ** 32)]);
  const int64 = (): number | bigint =>
    rng.pick([
      0,
      1,
      -1,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      2n ** 63n - 1n,
      -(2n ** 63n),
      -(2 ** 40),
    ]);
  const uint64 = (): number | bigint =>
    rng.pick([0, 1, 2 ** 35, 2 ** 49 + 1, Number.MAX_SAFE_INTEGER, 2n ** 64n - 1n]);
  const double = (): number => rng.pick([0, 1.5, -2.25, 1e300, Number.NaN, Number.POSITIVE_INFINITY]);
  const text = (): string => rng.pick(["", "a", "é€𝄞", "\0", "word ".repeat(30)]);
  const list = <T>(make: () => T): T[] => Array.from({ length: rng.below(4) }, make);
  const choice = rng.pick(["z_text", "z_number", "z_line", null]);
  return {
    a: int32(),
    b: int64(),
    c: uint32(),
    d: uint64(),
    e: int32(),
    f: int64(),
    g: uint32(),
    h: uint64(),
    i: int32(),
    j: int64(),
    k: rng.pick([0, 0.5, -1.25]),
    l: double(),
    m: rng.chance(0.5),
    n: text(),
    o: Buffer.from(text()),
    p: rng.pick(["NONE", "SMALL", "LARGE"]),
    q: rng.pick([null, 0, 5]),
    r: rng.pick([null, "", "far"]),
    s: list(int32),
    t: list(text),
    u: list(double),
    v: list(() => line(rng, 0)),
    w: Object.fromEntries(list(() => [text(), int32()])),
    x: Object.fromEntries(list(() => [rng.below(9), line(rng, 0)])),
    y: rng.chance(0.5) ? null : line(rng, 0),
    z_text: choice === "z_text" ? text() : null,
    z_number: choice === "z_number" ? int32() : null,
    z_line: choice === "z_line" ? line(rng, 0) : null,
  };
}

const whole64 = new Set(["b", "d", "f", "h", "j"]);

/** As protobufjs takes it: integers of 64 bits as Longs' texts, no nulls. */
export function forPeer(value: Plain): Plain {
  const parts = Object.entries(value).filter(([, part]) => part !== null);
  return Object.fromEntries(parts.map(([name, part]) => [name, whole64.has(name) ? String(part) : part]));
}

export function ours(value: unknown): Buffer {
  const out = new ByteWriter();
  writeMessage(order, value, out);
  return Buffer.from(out.view());
}

export function readBack(bytes: Uint8Array): unknown {
  return new ValueReader(bytes, bytes.length, "value").message(order, 0, bytes.length);
}
