import { type Declaration, membersOf } from "./declarations.ts";
import { type Place, placeOf } from "./modules.ts";

/** A type that another one is made of, and which of its members count. */
interface Part {
  readonly name: string;
  keeps(member: string): boolean;
}

/**
 * The members that an object of an interface or type may have, each once: its own, those of what it extends, and of a
 * type those of everything that it is made of. One that is said several times has all of its types. Members that no
 * object has (`never`) are left out.
 */
export function typeMembers(place: Place, visited = new Set<string>()): Declaration[] {
  const { path, declaration } = place;
  const id = `${path} ${declaration.name}`;
  if (visited.has(id) || (declaration.kind !== "interface" && declaration.kind !== "type")) return [];
  visited.add(id);
  const own = declaration.kind === "interface" ? membersOf(declaration) : [];
  const inherited = partsOf(declaration).flatMap(({ name, keeps }) => {
    const base = placeOf(path, name);
    return base === undefined ? [] : typeMembers(base, visited).filter((member) => keeps(member.name));
  });
  return merged([...own, ...inherited].filter(({ heads }) => !/: never$/.test(heads[0])));
}

function merged(members: readonly Declaration[]): Declaration[] {
  const byName = new Map<string, Declaration>();
  for (const one of members) {
    const other = byName.get(one.name);
    if (other === undefined) byName.set(one.name, one);
    else
      byName.set(one.name, {
        ...other,
        doc: other.doc || one.doc,
        heads: [united(other.heads[0], one.heads[0])],
      });
  }
  return [...byName.values()];
}

/** `format: "csv"` and `format: "raw"` are `format: "csv" | "raw"`; what is no property stays as it was said first. */
function united(one: string, other: string): string {
  const [, start, type] = /^((?:readonly )?\w+\??: )(.*)$/.exec(one) ?? [];
  const [, , added] = /^((?:readonly )?\w+\??: )(.*)$/.exec(other) ?? [];
  if (start === undefined || added === undefined || type.split(" | ").includes(added)) return one;
  return `${start}${type} | ${added}`;
}

/** What an interface extends, or a type is made of. */
function partsOf({ kind, heads: [head] }: Declaration): Part[] {
  const from = kind === "interface" ? head.search(/\bextends\b/) : head.indexOf("=");
  if (from < 0) return [];
  const parts = new Map<string, Part>();
  for (const [, wrapper, wrapped, list, plain] of head
    .slice(from)
    .matchAll(/\b(Pick|Omit)<\s*(\w+),\s*((?:\|?\s*"\w+"\s*)+),?\s*>|\b([A-Z]\w*)\b(?!")/g)) {
    const name = wrapped ?? plain;
    const listed: readonly string[] = list?.match(/\w+/g) ?? [];
    if (!parts.has(name))
      parts.set(name, {
        name,
        keeps: (one) => wrapper === undefined || listed.includes(one) === (wrapper === "Pick"),
      });
  }
  return [...parts.values()];
}
