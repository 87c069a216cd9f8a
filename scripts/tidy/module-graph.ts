import { builtinModules } from "node:module";
import { posix } from "node:path";
import { isInHouse, isScript, type SourceFile } from "./files.ts";
import { exportsOf, importsOf, type ModuleExport, type ModuleImport } from "./modules.ts";

export interface ModuleNode {
  readonly path: string;
  readonly imports: readonly (ModuleImport & { readonly target: ImportTarget })[];
  readonly exports: readonly ModuleExport[];
}

export type ImportTarget =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "node" }
  | { readonly kind: "package"; readonly name: string };

const builtins = new Set(builtinModules);

/** Every module of the house with what it imports and exports. */
export function moduleGraph(files: readonly SourceFile[]): Map<string, ModuleNode> {
  const modules = files.filter(({ path }) => isScript(path) && (isInHouse(path) || !path.includes("/")));
  return new Map(modules.map((file) => [file.path, moduleNode(file)]));
}

function moduleNode({ path, text, code }: SourceFile): ModuleNode {
  const imports = importsOf(text, code).map((item) => ({ ...item, target: targetOf(path, item.specifier) }));
  return { path, imports, exports: exportsOf(text, code) };
}

/** What a specifier in `file` points to. `towpath` is the public API, as scripts and tests import it. */
function targetOf(file: string, specifier: string): ImportTarget {
  if (specifier.startsWith(".")) {
    return { kind: "file", path: posix.join(posix.dirname(file), specifier) };
  }
  if (specifier === "towpath") return { kind: "file", path: "lib/index.ts" };
  if (specifier.startsWith("node:") || builtins.has(specifier)) return { kind: "node" };
  const parts = specifier.split("/");
  return { kind: "package", name: parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/") };
}
