/** What the tests of Avro share: values as bytes, frames, and a registry in memory. */
import { writeAvroValue } from "../../../../connectors/formats/avro/avro-encode.ts";
import type { AvroType } from "../../../../connectors/formats/avro/avro-schema.ts";
import { writeFrame } from "../../../../connectors/formats/confluent-frame.ts";
import { ByteWriter } from "../../../../lib/io/byte-writer.ts";
import type { NewSchema, RegisteredSchema, SchemaLookup } from "../../../../lib/io/schema-lookup.ts";

/** A value as the type's bytes, framed with an id where one is given. */
export function avroBytes(type: AvroType, value: unknown, id?: number): Buffer {
  const out = new ByteWriter();
  if (id !== undefined) writeFrame(id, out);
  writeAvroValue(type, value, out);
  return Buffer.from(out.view());
}

/** Has what it was given, and counts who asks. Ids begin at 1. */
export class MemoryRegistry implements SchemaLookup {
  readonly schemas: RegisteredSchema[] = [];
  readonly subjects = new Map<string, RegisteredSchema>();
  readonly #fetched = new Set<number>();
  fetches = 0;
  /** What every request waits for; it rejects where the registry does not answer. */
  gate: Promise<unknown> = Promise.resolve();

  /** Adds a schema without a subject; returns its id. */
  add(schema: object | string, type: RegisteredSchema["type"] = "AVRO"): number {
    const text = typeof schema === "string" ? schema : JSON.stringify(schema);
    const known = this.schemas.find((one) => one.text === text && one.type === type);
    if (known !== undefined) return known.id;
    const id = this.schemas.length + 1;
    this.schemas.push({ id, type, text, references: [] });
    return id;
  }

  get(id: number): RegisteredSchema | undefined {
    return this.#fetched.has(id) ? this.schemas[id - 1] : undefined;
  }

  async fetch(id: number): Promise<RegisteredSchema | null> {
    this.fetches++;
    await this.gate;
    this.#fetched.add(id);
    return this.schemas[id - 1] ?? null;
  }

  async register(subject: string, { type, text }: NewSchema): Promise<number> {
    await this.gate;
    const id = this.add(text, type);
    this.subjects.set(subject, this.schemas[id - 1]);
    return id;
  }

  async latest(subject: string): Promise<RegisteredSchema | null> {
    await this.gate;
    return this.subjects.get(subject) ?? null;
  }
}
