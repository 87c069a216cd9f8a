/**
 * The rooms of the house and who may import whom: a room imports only rooms with a lower number. This table is the
 * authority; the README shows it.
 */
export interface Room {
  /** Path of the room from the root: a file, or a folder with a slash at its end. */
  readonly path: string;
  /** Rooms of one connector have fractions: 13.2 is below 13.4, and both are no more than 13 to other connectors. */
  readonly number: number;
  /** Packages that the room may import, beside node's own. */
  readonly packages?: readonly string[];
  /** Hot rooms stay free of node's modules, so that they run anywhere and every call in them is one that we wrote. */
  readonly withoutNode?: true;
  /** When given, the only rooms that may be imported. */
  readonly only?: readonly string[];
}

export const rooms: readonly Room[] = [
  { path: "lib/errors.ts", number: 0 },
  { path: "lib/base/", number: 1 },
  { path: "lib/kernels/", number: 2, withoutNode: true },
  { path: "lib/data/", number: 3, packages: ["uuid", "fast-json-stable-stringify"], withoutNode: true },
  { path: "lib/trace/", number: 4 },
  { path: "lib/dataflow/", number: 5 },
  { path: "lib/expressions/", number: 5 },
  { path: "lib/reducers/", number: 6 },
  { path: "lib/windows/", number: 6 },
  { path: "lib/io/", number: 6 },
  { path: "lib/operators/", number: 7 },
  { path: "lib/plan/", number: 8, packages: ["immutable"] },
  { path: "lib/table/", number: 9 },
  { path: "lib/persistence/", number: 10, packages: ["lmdb", "xxhash-wasm"] },
  { path: "lib/sql/", number: 10 },
  { path: "lib/runtime/", number: 11, packages: ["immutable"] },
  { path: "lib/debug/", number: 12 },
  { path: "lib/pipe/", number: 12, packages: ["@standard-schema/spec"] },
  { path: "lib/channels/", number: 12 },
  { path: "connectors/registry/", number: 12, only: ["lib/errors.ts", "lib/base/", "lib/io/"] },
  {
    path: "connectors/formats/",
    number: 12,
    packages: ["papaparse", "protobufjs", "@cfworker/json-schema"],
    only: ["lib/errors.ts", "lib/base/", "lib/kernels/", "lib/data/", "lib/io/"],
  },
  // One connector, in rooms of its own.
  { path: "connectors/kafka/native/", number: 13.1, packages: ["node-rdkafka"] },
  { path: "connectors/kafka/client/", number: 13.2, packages: ["node-rdkafka"] },
  { path: "connectors/kafka/embedded/", number: 13.3, packages: ["node-rdkafka"] },
  { path: "connectors/kafka/ingest/", number: 13.4, packages: ["node-rdkafka"] },
  { path: "connectors/kafka/produce/", number: 13.5, packages: ["node-rdkafka"] },
  { path: "connectors/kafka/read/", number: 13.6 },
  { path: "connectors/kafka/group/", number: 13.7 },
  { path: "connectors/kafka/write/", number: 13.7 },
  { path: "connectors/kafka/messages/", number: 13.8 },
  { path: "connectors/kafka/adapters/", number: 13.8 },
  { path: "connectors/kafka/channels/", number: 13.8 },
  { path: "connectors/kafka/", number: 13.9 },
  { path: "lib/index.ts", number: 14 },
  { path: "lib/cli/", number: 15, packages: ["tsx"] },
];

const connector = /^connectors\/[a-z0-9-]+\//;

/** The room that a file (path from the root) is in, or null. Any further folder of connectors/ is a connector. */
export function roomOf(file: string): Room | null {
  const known = rooms.find(({ path }) => (path.endsWith("/") ? file.startsWith(path) : file === path));
  if (known !== undefined) return known;
  const folder = connector.exec(file)?.[0];
  return folder === undefined ? null : { path: folder, number: 13 };
}

/** The folder of connectors/ that a room is in, or is; null for others. */
function connectorOf({ path }: Room): string | null {
  return connector.exec(path)?.[0] ?? null;
}

/** Why a file of `from` must not import one of `to`; null when it may. */
export function importRefused(from: Room, to: Room): string | null {
  if (from.path === to.path) return null;
  if (from.only !== undefined && !from.only.includes(to.path)) {
    return `${from.path} imports only ${from.only.join(", ")}`;
  }
  const isSibling =
    Math.floor(to.number) === Math.floor(from.number) && connectorOf(to) !== connectorOf(from);
  if (to.number < from.number && !isSibling) return null;
  const direction = to.number === from.number || isSibling ? "a sideways" : "an upward";
  return `${direction} import: ${from.path} is room ${from.number}, ${to.path} is room ${to.number}`;
}
