import { Failed } from "../../lib/data/coerce.ts";
import { TowpathError } from "../../lib/errors.ts";
import { ByteWriter } from "../../lib/io/byte-writer.ts";
import {
  type RegisteredSchema,
  type SchemaLookup,
  type SubjectNameStrategy,
  subjectName,
} from "../../lib/io/schema-lookup.ts";
import type { Serde, SerdeContext } from "../../lib/io/serde.ts";
import { FRAME_BYTES, frameFailure, frameId, writeFrame } from "../formats/confluent-frame.ts";
import { KnownSchemas } from "../formats/known-schemas.ts";
import { type Codec, errorOf } from "./codec.ts";

export interface RegisteredSerdeOptions {
  /** What schemas are registered under; default "topic": `<topic>-value` and `<topic>-key`. */
  readonly subjectNameStrategy?: SubjectNameStrategy;
  /** Default true where a schema is given. false: values are written as the subject's newest schema says. */
  readonly autoRegister?: boolean;
}

/** What values of one subject are written with. */
interface Writing<S> {
  readonly id: number;
  readonly schema: S;
}

/**
 * Confluent's framing: bytes name their schema, which comes from the registry. Answers at once what it has the schema
 * for, and with a promise the first time.
 */
export class RegisteredSerde<T, S> implements Serde<T> {
  readonly #codec: Codec<S>;
  readonly #lookup: SchemaLookup;
  readonly #known: KnownSchemas<S>;
  readonly #options: RegisteredSerdeOptions;
  readonly #text: string | null;
  readonly #writings = new Map<string, Writing<S> | Promise<Writing<S>>>();

  /** `text`: the schema that is registered and written with; null: the subject's newest is. */
  constructor(codec: Codec<S>, lookup: SchemaLookup, text: string | null, options: RegisteredSerdeOptions) {
    this.#codec = codec;
    this.#lookup = lookup;
    this.#known = new KnownSchemas(lookup, codec.type, (schema) => codec.resolve(schema));
    this.#options = options;
    this.#text = (options.autoRegister ?? true) ? text : null;
  }

  deserialize(bytes: Uint8Array | null, _context: SerdeContext): T | null | Promise<T | null> {
    if (bytes === null) return null;
    const id = frameId(bytes, 0, bytes.length);
    if (id < 0) throw errorOf(frameFailure(bytes, 0, bytes.length, "the content"));
    const missing = this.#known.missing(id);
    return missing === null ? this.#decode(id, bytes) : missing.then(() => this.#decode(id, bytes));
  }

  serialize(value: T | null, context: SerdeContext): Uint8Array | null | Promise<Uint8Array | null> {
    if (value === null || value === undefined) return null;
    const key = JSON.stringify([context.topic, context.field]);
    let writing = this.#writings.get(key);
    if (writing === undefined) {
      writing = this.#writing(context).then(
        (found) => {
          this.#writings.set(key, found);
          return found;
        },
        (error) => {
          this.#writings.delete(key);
          throw error;
        },
      );
      this.#writings.set(key, writing);
    }
    return writing instanceof Promise
      ? writing.then((found) => this.#encode(found, value))
      : this.#encode(writing, value);
  }

  #decode(id: number, bytes: Uint8Array): T {
    const schema = this.#known.of(id);
    if (schema instanceof Failed) throw errorOf(schema);
    return this.#codec.decode(schema, bytes, FRAME_BYTES, true) as T;
  }

  #encode({ id, schema }: Writing<S>, value: T): Uint8Array {
    const out = new ByteWriter(256);
    writeFrame(id, out);
    this.#codec.encode(schema, value, out, true);
    return Buffer.from(out.view());
  }

  async #writing({ topic, field }: SerdeContext): Promise<Writing<S>> {
    const { subjectNameStrategy = "topic" } = this.#options;
    if (this.#text === null) {
      const subject = subjectName(subjectNameStrategy, { topic, field, record: undefined });
      const found = await this.#latest(subject);
      return { id: found.id, schema: this.#codec.resolve(found) };
    }
    const schema = this.#codec.resolve({ text: this.#text, references: [] });
    const subject = subjectName(subjectNameStrategy, { topic, field, record: this.#codec.nameOf(schema) });
    if (this.#lookup.register === undefined) {
      throw new TowpathError(
        "TP_BAD_ARGUMENT",
        "the schema registry has no method register, which writing needs",
        {
          where: "pw.serde",
          hint: "Give a lookup that has it, or autoRegister: false.",
        },
      );
    }
    const id = await this.#lookup.register(subject, { type: this.#codec.type, text: this.#text });
    return { id, schema };
  }

  async #latest(subject: string): Promise<RegisteredSchema> {
    const found = (await this.#lookup.latest?.(subject)) ?? null;
    if (found?.type === this.#codec.type) return found;
    const what = found === null ? "no schema" : `a schema of type ${found.type}`;
    throw new TowpathError(
      "TP_BAD_SCHEMA",
      `the subject ${subject} has ${what}, and none was given to write with`,
      {
        hint: "Give the serde a schema, or register one there.",
      },
    );
  }
}
