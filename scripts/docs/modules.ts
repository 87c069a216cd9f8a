import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Declaration, declarationsOf } from "./declarations.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A name that one module takes from another. */
interface Link {
  readonly path: string;
  /** Its name there; "*" for the whole module. */
  readonly name: string;
}

/** A module of the project: what it declares, and what it takes from others. */
interface Module {
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly exports: ReadonlyMap<string, Link>;
  readonly imports: ReadonlyMap<string, Link>;
}

/** A declaration, and where it stands. */
export interface Place {
  readonly path: string;
  readonly declaration: Declaration;
}

const modules = new Map<string, Module>();

function moduleAt(path: string): Module {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const source = readFileSync(join(root, path), "utf8");
  const module = {
    declarations: new Map(declarationsOf(source).map((declaration) => [declaration.name, declaration])),
    exports: linksOf(source, path, "export"),
    imports: linksOf(source, path, "import"),
  };
  modules.set(path, module);
  return module;
}

function linksOf(source: string, from: string, word: "export" | "import"): Map<string, Link> {
  const links = new Map<string, Link>();
  const statement = new RegExp(`^${word} (?:type )?(?:\\{([^}]*)\\}|\\* as (\\w+)) from "(\\.[^"]*)"`, "gm");
  for (const [, names, namespace, to] of source.matchAll(statement)) {
    const path = join(dirname(from), to);
    if (namespace !== undefined) links.set(namespace, { path, name: "*" });
    for (const said of (names ?? "").split(",")) {
      const [name, alias = name] = said
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      if (name !== "") links.set(alias, { path, name });
    }
  }
  return links;
}

/** The declaration that a name means in a module; undefined where it comes from a package. */
export function placeOf(path: string, name: string): Place | undefined {
  const { declarations, exports, imports } = moduleAt(path);
  const declaration = declarations.get(name);
  if (declaration !== undefined) return { path, declaration };
  const link = exports.get(name) ?? imports.get(name);
  return link === undefined ? undefined : placeOf(link.path, link.name);
}

/** Every name that a module exports from others, those of a namespace behind a dot. */
export function exportedNames(path: string): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>();
  for (const [name, link] of moduleAt(path).exports) {
    if (link.name === "*")
      for (const [inner, place] of exportedNames(link.path)) found.set(`${name}.${inner}`, place);
    else found.set(name, placeOf(link.path, link.name) as Place);
  }
  return found;
}
