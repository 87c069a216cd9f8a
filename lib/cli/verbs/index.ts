import type { Verb } from "../verb.ts";
import { demo } from "./demo.ts";

/** Every verb of the command line by its name: one file and one line each. */
export const verbs = { demo } as const satisfies Record<string, Verb>;
