import { beforeAll, describe, expect, test } from "vitest";
import type { SchemaRegistry } from "../../../connectors/registry/client.ts";
import { schemaRegistry } from "../../../connectors/registry/index.ts";
import { describeOnRegistry, sharedRegistry } from "../../support/registry/shared-registry.ts";
import { SmallRegistry } from "../../support/registry/small-registry.ts";

const order = JSON.stringify({ type: "record", name: "Order", fields: [{ name: "id", type: "int" }] });
const wider = JSON.stringify({
  type: "record",
  name: "Order",
  fields: [
    { name: "id", type: "int" },
    { name: "note", type: "string", default: "" },
  ],
});
const other = JSON.stringify({ type: "record", name: "Order", fields: [{ name: "id", type: "boolean" }] });

function quick(url: string | string[], more = {}): SchemaRegistry {
  return schemaRegistry({ url, retryForMs: 600, timeoutMs: 400, ...more });
}

describe("what it keeps", () => {
  test("an id is asked for once, also by many at once", async () => {
    await using registry = await SmallRegistry.start();
    const id = registry.add("orders-value", order);
    const client = quick(registry.url);
    expect(client.get(id)).toBeUndefined();
    const all = await Promise.all(Array.from({ length: 50 }, () => client.fetch(id)));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toEqual({ id, type: "AVRO", text: order, references: [] });
    expect(client.get(id)).toBe(all[0]);
    await client.fetch(id);
    expect(registry.requests).toEqual([`GET /schemas/ids/${id}`]);
  });

  test("the newest version is asked for again after a while, and after a registration", async () => {
    await using registry = await SmallRegistry.start();
    registry.add("orders-value", order);
    const client = quick(registry.url, { latestForMs: 200 });
    expect((await client.latest("orders-value"))?.version).toBe(1);
    expect((await client.latest("orders-value"))?.version).toBe(1);
    expect(registry.requests).toHaveLength(1);
    await client.register("orders-value", { type: "AVRO", text: wider });
    expect((await client.latest("orders-value"))?.version).toBe(2);
    registry.add("orders-value", other);
    await new Promise((resolve) => setTimeout(resolve, 220));
    expect((await client.latest("orders-value"))?.version).toBe(3);
  });

  test("an absent id is null, and asked for again after a while", async () => {
    await using registry = await SmallRegistry.start();
    const client = quick(registry.url, { latestForMs: 100 });
    expect(await client.fetch(1)).toBeNull();
    expect(await client.fetch(1)).toBeNull();
    expect(registry.requests).toHaveLength(1);
    registry.add("late", order);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect((await client.fetch(1))?.text).toBe(order);
    await expect(client.schemaById(7)).rejects.toThrow("TP_REGISTRY_NOT_FOUND");
    expect(await client.latest("nothing")).toBeNull();
  });

  test("a request that failed is not kept", async () => {
    await using registry = await SmallRegistry.start();
    registry.add("orders-value", order);
    registry.fault = () => ({ status: 500 });
    const client = quick(registry.url);
    await expect(client.fetch(1)).rejects.toThrow("TP_REGISTRY_UNREACHABLE");
    registry.fault = () => null;
    expect((await client.fetch(1))?.id).toBe(1);
  });
});

describe("when a registry fails", () => {
  test.each([
    ["500", { status: 500 }],
    ["503 with words", { status: 503, body: '{"error_code":50302,"message":"leader is not known"}' }],
    ["429", { status: 429, headers: { "retry-after": "0" } }],
    ["a closed connection", "hang up"],
  ] as const)("it is asked again: %s", async (_, fault) => {
    await using registry = await SmallRegistry.start();
    registry.add("orders-value", order);
    registry.fault = (_request, count) => (count <= 2 ? fault : null);
    expect((await quick(registry.url).fetch(1))?.text).toBe(order);
    expect(registry.requests).toHaveLength(3);
  });

  test("a slow answer is given up, and the next one taken", async () => {
    await using registry = await SmallRegistry.start();
    registry.add("orders-value", order);
    registry.fault = (_request, count) => (count === 1 ? { delayMs: 2_000 } : null);
    const client = quick(registry.url, { timeoutMs: 150 });
    expect((await client.fetch(1))?.text).toBe(order);
  });

  test("retry-after is kept, up to what one waits at all", async () => {
    await using registry = await SmallRegistry.start();
    registry.fault = () => ({ status: 429, headers: { "retry-after": "30" } });
    const before = performance.now();
    await expect(quick(registry.url).fetch(1)).rejects.toThrow("429");
    expect(performance.now() - before).toBeLessThan(500);
    expect(registry.requests).toHaveLength(1);
  });

  test("the next address is asked, and stays the first one", async () => {
    await using dead = await SmallRegistry.start();
    await using alive = await SmallRegistry.start();
    dead.fault = () => ({ status: 500 });
    alive.add("orders-value", order);
    const client = quick([dead.url, alive.url]);
    await client.fetch(1);
    await client.latest("orders-value");
    expect(dead.requests).toHaveLength(1);
    expect(alive.requests).toHaveLength(2);
  });

  test("when nobody answers, the error says who was asked, how often and why", async () => {
    const gone = await SmallRegistry.start();
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    const error = await quick(url).fetch(1).catch(String);
    expect(error).toMatch(/TP_REGISTRY_UNREACHABLE: .* asked \d times within 600 ms.*ECONNREFUSED/);
    expect(error).toContain(url);
  });

  test("a signal ends the waiting", async () => {
    await using registry = await SmallRegistry.start();
    registry.fault = () => ({ status: 500 });
    const controller = new AbortController();
    const client = quick(registry.url, { retryForMs: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("over")), 300);
    const before = performance.now();
    await expect(client.fetch(1)).rejects.toThrow("over");
    expect(performance.now() - before).toBeLessThan(1_500);
  });

  test.each([
    ["a page", { status: 200, body: "<html>" }, "TP_REGISTRY_REFUSED"],
    ["no schema", { status: 200, body: "{}" }, "TP_REGISTRY_BAD_SCHEMA"],
    ["a list", { status: 200, body: "[1]" }, "TP_REGISTRY_BAD_SCHEMA"],
    ["null", { status: 200, body: "null" }, "TP_REGISTRY_REFUSED"],
    ["a foreign type", { status: 200, body: '{"schema":"x","schemaType":"XML"}' }, "TP_REGISTRY_BAD_SCHEMA"],
    ["bad references", { status: 200, body: '{"schema":"x","references":[{}]}' }, "TP_REGISTRY_BAD_SCHEMA"],
    ["404 of another server", { status: 404, body: "Not Found" }, "TP_REGISTRY_REFUSED"],
    ["a redirection", { status: 301, headers: { location: "http://u:secret@x/" } }, "TP_REGISTRY_REFUSED"],
  ] as const)("it makes sense of %s", async (_, fault, code) => {
    await using registry = await SmallRegistry.start();
    registry.fault = () => fault;
    const answer = await quick(registry.url).fetch(1).catch(String);
    expect(answer).toContain(code);
    expect(String(answer)).not.toContain("secret");
    expect(registry.requests).toHaveLength(1);
  });
});

describe("who is asking", () => {
  test("user and password", async () => {
    await using registry = await SmallRegistry.start();
    registry.authorization = `Basic ${Buffer.from("me:pass-word").toString("base64")}`;
    registry.add("orders-value", order);
    const auth = { username: "me", password: "pass-word" };
    expect((await quick(registry.url, { auth }).fetch(1))?.id).toBe(1);
    const inUrl = registry.url.replace("://", "://me:pass-word@");
    expect((await quick(inUrl).fetch(1))?.id).toBe(1);
    await expect(quick(registry.url).fetch(1)).rejects.toThrow("TP_REGISTRY_AUTHENTICATION");
  });

  test("a token, from a function for each request", async () => {
    await using registry = await SmallRegistry.start();
    registry.add("orders-value", order);
    let count = 0;
    const client = quick(registry.url, { auth: { token: async () => `t-${++count}` } });
    await client.fetch(1);
    await client.latest("orders-value");
    await quick(registry.url, { auth: { token: "fixed" } }).fetch(1);
    expect(registry.authorizations).toEqual(["Bearer t-1", "Bearer t-2", "Bearer fixed"]);
    const failing = () => Promise.reject(new Error("no"));
    await expect(quick(registry.url, { auth: { token: failing } }).fetch(1)).rejects.toThrow(
      "TP_REGISTRY_AUTHENTICATION",
    );
  });

  test("secrets are in no error", async () => {
    await using registry = await SmallRegistry.start();
    registry.fault = (request) => ({
      status: 403,
      body: JSON.stringify({ error_code: 40301, message: `denied: ${request.headers.authorization}` }),
    });
    const basic = { username: "me", password: "open-sesame" };
    for (const auth of [basic, { token: "tok-12345" }, { token: () => "tok-12345" }]) {
      const error = await quick(registry.url, { auth })
        .fetch(1)
        .catch((e) => e);
      const encoded = Buffer.from("me:open-sesame").toString("base64");
      for (const text of [error.message, error.stack, error.cause.message]) {
        expect(text).toContain("denied");
        for (const secret of ["open-sesame", "tok-12345", encoded]) expect(text).not.toContain(secret);
      }
      expect(error.cause).toMatchObject({ status: 403, errorCode: 40301 });
    }
  });

  test("settings are checked, and quoted without secrets", () => {
    const make = (settings: unknown) => () => schemaRegistry(settings as { url: string });
    expect(make({ url: "localhost:8081" })).toThrow("TP_BAD_ARGUMENT: url is not the address");
    expect(make({ url: "ftp://u:sesame@h" })).toThrow(/^(?!.*sesame).*TP_BAD_ARGUMENT/);
    expect(make({ url: [] })).toThrow("url names no registry");
    expect(make({ url: "http://h", auht: {} })).toThrow('Did you mean "auth"?');
    expect(make({ url: "http://h", auth: { username: "x" } })).toThrow("auth is none of its forms");
    expect(make({ url: "http://h", timeoutMs: -1 })).toThrow("timeoutMs");
  });
});

describe("references", () => {
  test("are resolved, each behind what it refers to, each once", async () => {
    await using registry = await SmallRegistry.start();
    registry.add("a", "A");
    registry.add("b", "B", "AVRO", [{ name: "a", subject: "a", version: 1 }]);
    const id = registry.add("c", "C", "AVRO", [
      { name: "b", subject: "b", version: 1 },
      { name: "a", subject: "a", version: 1 },
    ]);
    const schema = await quick(registry.url).schemaById(id);
    expect(schema.references).toEqual([
      { name: "a", text: "A" },
      { name: "b", text: "B" },
    ]);
  });

  test("that go round in circles, or never end, are refused", async () => {
    await using registry = await SmallRegistry.start();
    const round = registry.add("x", "X", "AVRO", [{ name: "y", subject: "y", version: 1 }]);
    registry.add("y", "Y", "AVRO", [{ name: "x", subject: "x", version: 1 }]);
    await expect(quick(registry.url).fetch(round)).rejects.toThrow(
      "a schema refers to itself: y version 1 → x",
    );
    registry.fault = (request) => {
      const next = Number(/e(\d+)/.exec(request.url ?? "")?.[1] ?? 0) + 1;
      const references = [{ name: "n", subject: `e${next}`, version: 1 }];
      return { status: 200, body: JSON.stringify({ id: 9, schema: "E", references }) };
    };
    await expect(quick(registry.url).fetch(99)).rejects.toThrow("nested deeper than 32");
  });
});

describeOnRegistry("a registry", () => {
  const subject = `orders-${process.pid}-value`;
  let client: SchemaRegistry;
  beforeAll(async () => {
    client = schemaRegistry({ url: await sharedRegistry() });
  }, 180_000);

  test("registers, finds, and tells versions apart", async () => {
    await client.setCompatibility("BACKWARD", subject).catch(() => {});
    const id = await client.register(subject, { type: "AVRO", text: order });
    await client.setCompatibility("BACKWARD", subject);
    expect(await client.compatibility(subject)).toBe("BACKWARD");
    expect((await client.schemaById(id)).text).toBe(order);
    expect(await client.register(subject, { type: "AVRO", text: wider })).not.toBe(id);
    expect(await client.latest(subject)).toMatchObject({ version: 2, text: wider, type: "AVRO" });
    expect(await client.version(subject, 1)).toMatchObject({ id, version: 1 });
    expect(await client.versions(subject)).toEqual([1, 2]);
    expect(await client.lookup(subject, { type: "AVRO", text: order })).toMatchObject({ id, version: 1 });
    expect(await client.lookup(subject, { type: "AVRO", text: other })).toBeNull();
    expect(await client.subjects()).toContain(subject);
  });

  test("says what is not compatible, in its own words", async () => {
    await client.register(subject, { type: "AVRO", text: order });
    await client.setCompatibility("BACKWARD", subject);
    expect((await client.check(subject, { type: "AVRO", text: other })).compatible).toBe(false);
    expect((await client.check(subject, { type: "AVRO", text: wider })).compatible).toBe(true);
    const error = await client.register(subject, { type: "AVRO", text: other }).catch((e) => e);
    expect(error.message).toMatch(/^TP_REGISTRY_INCOMPATIBLE: .*409.*[Ii]ncompatible.*fields\/0/);
    expect(error.cause.status).toBe(409);
    await expect(client.register(subject, { type: "AVRO", text: "no schema" })).rejects.toThrow(
      "TP_REGISTRY_REFUSED",
    );
  });

  test("knows references, ids that are not there, and subjects that are not there", async () => {
    const base = 'syntax = "proto3"; package shop; message Money { int64 units = 1; }';
    const text = 'syntax = "proto3"; package shop; import "money.proto"; message Order { Money total = 1; }';
    await client.register(`money-${process.pid}`, { type: "PROTOBUF", text: base });
    const references = [{ name: "money.proto", subject: `money-${process.pid}`, version: 1 }];
    const id = await client.register(`po-${process.pid}-value`, { type: "PROTOBUF", text, references });
    const fresh = schemaRegistry({ url: await sharedRegistry() });
    expect(await fresh.fetch(id)).toEqual({
      id,
      type: "PROTOBUF",
      text,
      references: [{ name: "money.proto", text: base }],
    });
    expect(await fresh.fetch(99_999)).toBeNull();
    expect(await fresh.latest("no-such-subject")).toBeNull();
    await expect(fresh.version(subject, 77)).rejects.toThrow(/TP_REGISTRY_NOT_FOUND.*40402/);
  });
});
