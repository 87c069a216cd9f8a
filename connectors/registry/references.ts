import { TowpathError } from "../../lib/errors.ts";
import type { ResolvedReference, SchemaReference } from "../../lib/io/schema-lookup.ts";

const DEPTH_MAX = 32;
const COUNT_MAX = 1_000;

/** A schema as one version of a subject has it. */
export interface Referenced {
  readonly text: string;
  readonly references: readonly SchemaReference[];
}

/**
 * All that `references` lead to, each behind what it refers to itself, and each once.
 *
 * Throws TP_REGISTRY_BAD_SCHEMA for schemas that refer to themselves, and where there is no end to them. `where` names
 * the schema that was asked for.
 */
export async function resolveReferences(
  references: readonly SchemaReference[],
  where: string,
  get: (reference: SchemaReference) => Promise<Referenced>,
): Promise<ResolvedReference[]> {
  const found = new Map<string, ResolvedReference>();
  const visit = async (reference: SchemaReference, path: readonly string[]): Promise<void> => {
    const id = `${reference.subject} version ${reference.version}`;
    if (path.includes(id)) {
      throw badSchema(`a schema refers to itself: ${[...path, id].join(" → ")}`, where);
    }
    const key = JSON.stringify([reference.name, reference.subject, reference.version]);
    if (found.has(key)) return;
    if (path.length >= DEPTH_MAX) throw badSchema(`references are nested deeper than ${DEPTH_MAX}`, where);
    if (found.size >= COUNT_MAX) throw badSchema(`a schema has more than ${COUNT_MAX} references`, where);
    const schema = await get(reference);
    // One after the other: the order is part of the answer, and there are few.
    for (const next of schema.references) await visit(next, [...path, id]);
    found.set(key, { name: reference.name, text: schema.text });
  };
  for (const reference of references) await visit(reference, []);
  return [...found.values()];
}

/** What a registry holds that nothing can be made of. */
export function badSchema(detail: string, where: string): TowpathError {
  return new TowpathError("TP_REGISTRY_BAD_SCHEMA", detail, {
    where,
    hint: "Look at the schema in the registry, and register one that holds together.",
  });
}
