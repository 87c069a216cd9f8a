import { csv } from "./csv.ts";
import type { FormatDefinition } from "./format.ts";
import { json } from "./json.ts";
import { raw } from "./raw.ts";

/** All formats, one line each. The suites in test/conformance/ loop over them. */
export const formats = { csv, json, raw } as const satisfies Record<string, FormatDefinition>;

export type FormatName = keyof typeof formats;
