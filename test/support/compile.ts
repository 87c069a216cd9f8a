/** Compiles what the tests start as processes (compiled.ts), once before all of them. */
import type { TestProject } from "vitest/node";
import { Compiled } from "./compiled.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Folder of the compiled programs. */
    compiled: string;
  }
}

/** Run by vitest once before all tests; returns what it runs after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const compiled = await Compiled.create();
  project.provide("compiled", compiled.folder);
  return () => compiled[Symbol.asyncDispose]();
}
