import type { NewSchema, ResolvedReference, SchemaLookup } from "../../lib/io/schema-lookup.ts";

/** A schema that is registered, and the texts that it refers to, each behind what it refers to itself. */
export interface Registered {
  /** -1 where the registry takes none. */
  readonly id: number;
  readonly references: readonly ResolvedReference[];
}

/** Registers a schema under a subject. What its references lead to is asked for only where it has any. */
export async function registerSchema(
  lookup: SchemaLookup,
  subject: string,
  { references = [], ...schema }: NewSchema,
): Promise<Registered> {
  if (references.length === 0)
    return { id: (await lookup.register?.(subject, schema)) ?? -1, references: [] };
  const id = (await lookup.register?.(subject, { ...schema, references })) ?? -1;
  const registered = await lookup.fetch(id);
  return { id, references: registered?.references ?? [] };
}
