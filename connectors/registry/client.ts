import { TowpathError } from "../../lib/errors.ts";
import type {
  NewSchema,
  RegisteredSchema,
  SchemaLookup,
  SchemaReference,
  SchemaType,
} from "../../lib/io/schema-lookup.ts";
import { ExpiringCache } from "./expiring-cache.ts";
import { badSchema, type Referenced, resolveReferences } from "./references.ts";
import { Requests } from "./requests.ts";
import { type RegistrySettings, resolveSettings } from "./settings.ts";

/** A schema as one version of a subject. */
export interface SubjectVersion extends RegisteredSchema {
  readonly subject: string;
  readonly version: number;
}

export interface RegisterOptions {
  /** Schemas that differ in their spelling only are one; default false, as Confluent's clients have it. */
  readonly normalize?: boolean;
}

/** Whether a schema may become a subject's next, and what the registry says against it. */
export interface Compatibility {
  readonly compatible: boolean;
  readonly messages: readonly string[];
}

/** What new schemas of a subject must be to the ones before. */
export type CompatibilityLevel =
  | "NONE"
  | "BACKWARD"
  | "BACKWARD_TRANSITIVE"
  | "FORWARD"
  | "FORWARD_TRANSITIVE"
  | "FULL"
  | "FULL_TRANSITIVE";

/** What a registry answers for a schema. */
interface SchemaBody {
  readonly subject?: unknown;
  readonly version?: unknown;
  readonly id?: unknown;
  readonly schema?: unknown;
  readonly schemaType?: unknown;
  readonly references?: unknown;
}

/**
 * A Confluent Schema Registry, or one that speaks its language (Apicurio, Karapace, Redpanda). Schemas are kept: an id
 * for ever, the newest version of a subject for `latestForMs`; several who ask for the same at once make one request.
 *
 * All methods reject with TP_REGISTRY_UNREACHABLE, TP_REGISTRY_AUTHENTICATION, TP_REGISTRY_REFUSED, and
 * TP_REGISTRY_BAD_SCHEMA where references go round in circles; `cause` has the registry's `status` and `errorCode`.
 */
export class SchemaRegistry implements SchemaLookup {
  readonly #requests: Requests;
  readonly #byId = new Map<number, RegisteredSchema>();
  readonly #absent: ExpiringCache<number, true>;
  readonly #latest: ExpiringCache<string, SubjectVersion>;
  readonly #registered = new Map<string, number>();
  /** Requests under way, by what they ask. */
  readonly #pending = new Map<string, Promise<unknown>>();

  constructor(settings: RegistrySettings) {
    const resolved = resolveSettings(settings);
    this.#requests = new Requests(resolved);
    this.#absent = new ExpiringCache(resolved.latestForMs);
    this.#latest = new ExpiringCache(resolved.latestForMs);
  }

  /** The schema where it has been asked for before. */
  get(id: number): RegisteredSchema | undefined {
    return this.#byId.get(id);
  }

  /** The schema of an id, null where there is none. */
  async fetch(id: number): Promise<RegisteredSchema | null> {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    if (this.#absent.get(id) === true) return null;
    return this.#once(`id ${id}`, async () => {
      const body = (await this.#requests.find(`/schemas/ids/${id}`)) as SchemaBody | null;
      if (body === null) {
        this.#absent.set(id, true);
        return null;
      }
      const schema = await this.#resolved({ ...body, id }, `schema ${id}`);
      this.#byId.set(id, schema);
      return schema;
    });
  }

  /** The schema of an id. Rejects with TP_REGISTRY_NOT_FOUND too. */
  async schemaById(id: number): Promise<RegisteredSchema> {
    const schema = await this.fetch(id);
    if (schema !== null) return schema;
    throw new TowpathError("TP_REGISTRY_NOT_FOUND", `the schema registry has no schema ${id}`, {
      hint: "Check the id, and whether this is the registry that the messages were written with.",
    });
  }

  /** A subject's newest version; null where it has none. */
  async latest(subject: string): Promise<SubjectVersion | null> {
    const known = this.#latest.get(subject);
    if (known !== undefined) return known;
    return this.#once(`latest ${subject}`, async () => {
      const body = await this.#requests.find(`/subjects/${encodeURIComponent(subject)}/versions/latest`);
      if (body === null) return null;
      const schema = await this.#version(body as SchemaBody, subject);
      this.#latest.set(subject, schema);
      return schema;
    });
  }

  /** One version of a subject. Rejects with TP_REGISTRY_NOT_FOUND too. */
  async version(subject: string, version: number): Promise<SubjectVersion> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    return this.#once(path, async () =>
      this.#version((await this.#requests.send("GET", path)) as SchemaBody, subject),
    );
  }

  /** The names of all subjects. */
  async subjects(): Promise<string[]> {
    return (await this.#requests.send("GET", "/subjects")) as string[];
  }

  /** The versions that a subject has. Rejects with TP_REGISTRY_NOT_FOUND too. */
  async versions(subject: string): Promise<number[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    return (await this.#requests.send("GET", path)) as number[];
  }

  /**
   * The id of a schema under a subject, which becomes the subject's newest version where it is none yet. Rejects with
   * TP_REGISTRY_INCOMPATIBLE where the subject's compatibility level forbids it, in the registry's own words, and
   * with TP_REGISTRY_REFUSED where it is no schema.
   */
  async register(subject: string, schema: NewSchema, options: RegisterOptions = {}): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions${queryOf(options)}`;
    const key = JSON.stringify([path, schema]);
    const known = this.#registered.get(key);
    if (known !== undefined) return known;
    return this.#once(key, async () => {
      const body = (await this.#requests.send("POST", path, bodyOf(schema))) as SchemaBody | null;
      const id = this.#idOf(body, subject);
      this.#registered.set(key, id);
      this.#latest.clear();
      return id;
    });
  }

  /** The version that a subject has of just this schema; null where it has none. Registers nothing. */
  async lookup(
    subject: string,
    schema: NewSchema,
    options: RegisterOptions = {},
  ): Promise<SubjectVersion | null> {
    const path = `/subjects/${encodeURIComponent(subject)}${queryOf(options)}`;
    const body = (await this.#requests.findBy(path, bodyOf(schema))) as SchemaBody | null;
    return body === null
      ? null
      : this.#version({ schema: schema.text, schemaType: schema.type, ...body }, subject);
  }

  /**
   * Whether a schema fits the subject's compatibility level, compared with one version, default "latest". A subject
   * that is not there yet takes every schema.
   */
  async check(
    subject: string,
    schema: NewSchema,
    version: number | "latest" = "latest",
  ): Promise<Compatibility> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/${version}?verbose=true`;
    const body = (await this.#requests.findBy(path, bodyOf(schema))) as {
      is_compatible?: unknown;
      messages?: unknown;
    } | null;
    if (body === null) return { compatible: true, messages: [] };
    const messages = Array.isArray(body.messages) ? body.messages.map(String) : [];
    return { compatible: body.is_compatible === true, messages };
  }

  /** The compatibility level of a subject, of all subjects without one of their own where it has none or none is named. */
  async compatibility(subject?: string): Promise<CompatibilityLevel> {
    const own =
      subject === undefined ? null : await this.#requests.find(`/config/${encodeURIComponent(subject)}`);
    const body = own ?? (await this.#requests.send("GET", "/config"));
    return (body as { compatibilityLevel: CompatibilityLevel }).compatibilityLevel;
  }

  /** Sets the compatibility level of a subject, or that of all without one of their own. */
  async setCompatibility(level: CompatibilityLevel, subject?: string): Promise<void> {
    const path = subject === undefined ? "/config" : `/config/${encodeURIComponent(subject)}`;
    await this.#requests.send("PUT", path, { compatibility: level });
  }

  async #version(body: SchemaBody, subject: string): Promise<SubjectVersion> {
    const version = Number(body.version);
    const schema = await this.#resolved(body, `subject ${subject}, version ${version}`);
    if (!this.#byId.has(schema.id)) this.#byId.set(schema.id, schema);
    return { ...schema, subject, version };
  }

  async #resolved(body: SchemaBody, where: string): Promise<RegisteredSchema> {
    const { text, references } = schemaOf(body, where);
    const type = typeOf(body.schemaType, where);
    const id = this.#idOf(body, where);
    const resolved = await resolveReferences(references, where, (reference) => this.#referenced(reference));
    return { id, type, text, references: resolved };
  }

  async #referenced({ subject, version }: SchemaReference): Promise<Referenced> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    const body = await this.#once(`reference ${path}`, () => this.#requests.send("GET", path));
    return schemaOf(body as SchemaBody, `subject ${subject}, version ${version}`);
  }

  #idOf(body: SchemaBody | null, where: string): number {
    const id = body?.id;
    if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0) return id;
    throw badSchema("the registry's answer has no id", where);
  }

  #once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const pending = this.#pending.get(key) as Promise<T> | undefined;
    if (pending !== undefined) return pending;
    const asked = ask().finally(() => this.#pending.delete(key));
    this.#pending.set(key, asked);
    return asked;
  }
}

function schemaOf(body: SchemaBody, where: string): Referenced {
  if (typeof body?.schema !== "string") throw badSchema("the registry's answer has no schema", where);
  const references = Array.isArray(body.references) ? (body.references as SchemaReference[]) : [];
  for (const reference of references) {
    const { name, subject, version } = (reference ?? {}) as Partial<SchemaReference>;
    if (typeof name === "string" && typeof subject === "string" && Number.isSafeInteger(version)) continue;
    throw badSchema("a reference lacks its name, subject or version", where);
  }
  return { text: body.schema, references };
}

function typeOf(given: unknown, where: string): SchemaType {
  const type = given ?? "AVRO";
  if (type === "AVRO" || type === "PROTOBUF" || type === "JSON") return type;
  throw badSchema(`it is of the type ${JSON.stringify(type)}, which nothing here can read`, where);
}

/** Registries of the first days know no type, and no references. */
function bodyOf({ type, text, references = [] }: NewSchema): object {
  return {
    schema: text,
    ...(type === "AVRO" ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
  };
}

function queryOf({ normalize = false }: RegisterOptions): string {
  return normalize ? "?normalize=true" : "";
}
