import { lineAt } from "./mask.ts";

/** An import of one module by another, a re-export or a dynamic import. */
export interface ModuleImport {
  readonly specifier: string;
  readonly line: number;
  /** The names taken from the other module; null when it is taken whole (`* as`, `export *`, `import()`). */
  readonly names: readonly string[] | null;
}

export interface ModuleExport {
  readonly name: string;
  readonly line: number;
  /** Whether it is a type that the module itself mentions too, so that it names a part of another export. */
  readonly isNameOfPart: boolean;
}

const fromClause = /\b(?:import|export)\b([^;"'()=]*?)\bfrom\s*(["'])/g;
const bareImport = /\bimport\s*(["'])/g;
const calledImport = /\b(?:import|require|resolve)\s*\(\s*(["'])/g;

/** All imports of a module. `code` is its masked text. */
export function importsOf(source: string, code: string): ModuleImport[] {
  const found: ModuleImport[] = [];
  const add = (match: RegExpMatchArray, names: readonly string[] | null) => {
    const opening = (match.index ?? 0) + match[0].length - 1;
    const closing = code.indexOf(code[opening], opening + 1);
    const line = lineAt(source, match.index ?? 0);
    found.push({ specifier: source.slice(opening + 1, closing), line, names });
  };
  for (const match of code.matchAll(fromClause)) add(match, namesOf(match[1]));
  for (const match of code.matchAll(bareImport)) add(match, []);
  for (const match of code.matchAll(calledImport)) add(match, null);
  return found;
}

/** The names that an import or re-export clause takes from the other module; null for all of them. */
function namesOf(clause: string): string[] | null {
  if (clause.includes("*")) return null;
  const [beforeBraces, inBraces = ""] = clause.split(/[{}]/);
  const names = inBraces.split(",").map(
    (part) =>
      part
        .trim()
        .replace(/^type\s+/, "")
        .split(/\s+as\s+/)[0],
  );
  const isDefault = beforeBraces.replace(/^\s*type\s/, "").replace(/[\s,]/g, "") !== "";
  return [...names.filter(Boolean), ...(isDefault ? ["default"] : [])];
}

const declaration =
  /\bexport\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\s*\*?|class|const|let|var|type|interface|enum|namespace)\s+([\w$]+)/g;
const pattern = /\bexport\s+(?:const|let|var)\s*[{[]([^}\]]*)[}\]]/g;
const list = /\bexport\s+(?:type\s+)?\{([^}]*)\}/g;
const namespace = /\bexport\s+\*\s+as\s+([\w$]+)/g;
const byDefault = /\bexport\s+default\b/g;

/** All names that a module exports. `code` is its masked text. */
export function exportsOf(source: string, code: string): ModuleExport[] {
  const found = new Map<string, ModuleExport>();
  const add = (name: string, match: RegExpMatchArray) => {
    if (name === "" || found.has(name)) return;
    const isNameOfPart = /^export\s+(?:declare\s+)?(?:type|interface)\b/.test(match[0]) && isUsed(code, name);
    found.set(name, { name, line: lineAt(source, match.index ?? 0), isNameOfPart });
  };
  for (const match of code.matchAll(declaration)) add(match[1], match);
  for (const match of code.matchAll(pattern)) {
    for (const part of match[1].split(","))
      add(
        part
          .split(/[:=]/)
          .at(part.includes(":") ? 1 : 0)
          ?.trim() ?? "",
        match,
      );
  }
  for (const match of code.matchAll(list)) {
    for (const part of match[1].split(","))
      add(
        part
          .trim()
          .replace(/^type\s+/, "")
          .split(/\s+as\s+/)
          .at(-1) ?? "",
        match,
      );
  }
  for (const match of code.matchAll(namespace)) add(match[1], match);
  for (const match of code.matchAll(byDefault)) add("default", match);
  return [...found.values()];
}

/** Whether a name stands in the code more than once. */
function isUsed(code: string, name: string): boolean {
  const whole = new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g");
  return [...code.matchAll(whole)].length > 1;
}
