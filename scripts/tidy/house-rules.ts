import { isCode, type SourceFile } from "./files.ts";
import type { Finding } from "./finding.ts";
import type { ModuleNode } from "./module-graph.ts";
import { importRefused, type Room, roomOf } from "./rooms.ts";

/** The rules on who may import whom: rooms, packages, and what the public API may hold. */
export function houseFindings(
  files: readonly SourceFile[],
  graph: ReadonlyMap<string, ModuleNode>,
): Finding[] {
  const inRooms = files.filter(({ path }) => /^(?:lib|connectors)\//.test(path) && isCode(path));
  return inRooms.flatMap((file) => {
    const room = roomOf(file.path);
    if (room === null) {
      const message = "a file in no room: see the table in scripts/tidy/rooms.ts";
      return [{ file: file.path, line: 1, rule: "no-room", message }];
    }
    const module = graph.get(file.path);
    if (module === undefined) return [];
    const index = file.path === "lib/index.ts" ? indexFindings(file) : [];
    return [...module.imports.flatMap((item) => importFindings(file.path, room, item)), ...index];
  });
}

function importFindings(
  file: string,
  room: Room,
  { target, line, specifier }: ModuleNode["imports"][number],
): Finding[] {
  if (target.kind === "package") {
    if (room.packages?.includes(target.name)) return [];
    return [
      { file, line, rule: "package", message: `${room.path} may not import the package "${target.name}"` },
    ];
  }
  if (target.kind === "node") {
    if (room.withoutNode === undefined) return [];
    return [
      { file, line, rule: "package", message: `${room.path} is free of node's modules ("${specifier}")` },
    ];
  }
  // A folder's own data and built files are no rooms; what leaves the house altogether is.
  const other = roomOf(target.path);
  if (other === null) {
    return [
      { file, line, rule: "room-import", message: `"${specifier}" leads out of the house (${target.path})` },
    ];
  }
  const refused = importRefused(room, other);
  return refused === null ? [] : [{ file, line, rule: "room-import", message: refused }];
}

const reexport = /\bexport\s+(?:type\s+)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)\s*from\s*"[^"]*"\s*;?/g;

/** The public API defines nothing: every statement of it is a re-export. */
function indexFindings({ path, code }: SourceFile): Finding[] {
  const rest = code.replace(reexport, (text) => text.replace(/[^\n]/g, " "));
  const at = rest.search(/\S/);
  if (at < 0) return [];
  const line = rest.slice(0, at).split("\n").length;
  return [
    { file: path, line, rule: "index", message: "lib/index.ts only re-exports: define this in its room" },
  ];
}

/** Examples show what users write: they import the public API, node's modules and packages, nothing of the house. */
export function exampleFindings(graph: ReadonlyMap<string, ModuleNode>): Finding[] {
  const examples = [...graph.values()].filter(({ path }) => path.startsWith("examples/"));
  return examples.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => target.kind === "file" && !/^examples\/|^lib\/index\.ts$/.test(target.path))
      .map(({ specifier, line }) => ({
        file: path,
        line,
        rule: "example-import",
        message: `an example imports only "towpath" ("${specifier}")`,
      })),
  );
}
