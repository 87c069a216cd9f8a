import type { Verb } from "../verb.ts";
import { broker } from "./broker.ts";
import { buildNative } from "./build-native.ts";
import { demo } from "./demo.ts";
import { explain } from "./explain.ts";
import { generate } from "./generate.ts";
import { run } from "./run.ts";
import { state } from "./state.ts";

/** Every verb of the command line by its name: one file and one line each. */
export const verbs = {
  run,
  explain,
  generate,
  broker,
  demo,
  state,
  "build-native": buildNative,
} as const satisfies Record<string, Verb>;
