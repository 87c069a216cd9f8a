import type { FuzzTarget } from "../target.ts";
import { avroFrames } from "./avro-frames.ts";
import { avroSchemas } from "./avro-schemas.ts";
import { checkpoint } from "./checkpoint.ts";
import { csv } from "./csv.ts";
import { headers } from "./headers.ts";
import { journal } from "./journal.ts";
import { json } from "./json.ts";
import { jsonSchemas } from "./json-schemas.ts";
import { markdown } from "./markdown.ts";
import { messageKeys } from "./message-keys.ts";
import { planted } from "./planted.ts";
import { programs } from "./programs.ts";
import { protobufFrames } from "./protobuf-frames.ts";
import { protobufSchemas } from "./protobuf-schemas.ts";
import { settings } from "./settings.ts";
import { updates } from "./updates.ts";

/** What `npm run fuzz` runs in turn. */
export const targets: readonly FuzzTarget[] = [
  json,
  csv,
  updates,
  avroFrames,
  avroSchemas,
  protobufFrames,
  protobufSchemas,
  jsonSchemas,
  messageKeys,
  headers,
  settings,
  markdown,
  checkpoint,
  journal,
  programs,
];

/** By name; also the one that is there to be found. */
export function targetCalled(name: string): FuzzTarget | undefined {
  return [...targets, planted].find((target) => target.name === name);
}
