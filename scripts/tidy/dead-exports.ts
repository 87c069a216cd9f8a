import type { SourceFile } from "./files.ts";
import type { Finding } from "./finding.ts";
import type { ModuleNode } from "./module-graph.ts";

/**
 * Exports that nobody imports. A type that its own module mentions in what it exports may stay, because callers want to
 * name the options or results of a function; values have to be imported. A name that lib/index.ts exports on is used, since it is public; what lib/index.ts
 * itself exports is for users. Modules that a tool loads by path (vitest's global set-up) count as used.
 */
export function deadExports(files: readonly SourceFile[], graph: ReadonlyMap<string, ModuleNode>): Finding[] {
  const used = usedNames(graph);
  const toolConfig = files.find(({ path }) => path === "vitest.config.ts")?.text ?? "";
  return [...graph.values()].flatMap(({ path, exports }) => {
    const names = used.get(path);
    if (names === "all" || isEntry(path) || toolConfig.includes(path)) return [];
    return exports
      .filter(({ name, isNameOfPart }) => !isNameOfPart && !names?.has(name))
      .map(({ name, line }) => ({
        file: path,
        line,
        rule: "dead-export",
        message: `nobody imports "${name}": remove it, or the word export`,
      }));
  });
}

function isEntry(path: string): boolean {
  return path === "lib/index.ts" || !path.includes("/");
}

/** For each module the names that others take from it, or "all". */
function usedNames(graph: ReadonlyMap<string, ModuleNode>): Map<string, Set<string> | "all"> {
  const used = new Map<string, Set<string> | "all">();
  for (const { imports } of graph.values()) {
    for (const { target, names } of imports) {
      if (target.kind !== "file") continue;
      const before = used.get(target.path) ?? new Set();
      const all = names === null || before === "all";
      used.set(target.path, all ? "all" : new Set([...before, ...names]));
    }
  }
  return used;
}
