/**
 * One real schema registry for all suites that ask for it (shared-registry.ts), started when the first one does: as the
 * shared broker of test/support/kafka/global-setup.ts is.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Apicurio, startApicurio } from "./apicurio.ts";
import { apicurioAvailable } from "./apicurio-files.ts";

export type SharedRegistry =
  | { readonly ok: true; readonly socket: string }
  | { readonly ok: false; readonly reason: string };

declare module "vitest" {
  export interface ProvidedContext {
    registry: SharedRegistry;
  }
}

/** Run by vitest once before all tests; returns what it runs after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const available = apicurioAvailable();
  if (!available.ok) {
    const line = `Tests against a real schema registry are skipped. ${available.reason}.`;
    if (process.env.CI === "true") throw new Error(`${line} With CI=true that is an error.`);
    console.warn(line);
    project.provide("registry", { ok: false, reason: available.reason });
    return async () => {};
  }
  let registry: Promise<Apicurio> | undefined;
  const dir = await mkdtemp(join(tmpdir(), "towpath-registry-"));
  const socket = join(dir, "shared");
  const server = createServer(async (connection) => {
    connection.on("error", () => {});
    registry ??= startApicurio();
    try {
      connection.end(JSON.stringify({ url: (await registry).url }));
    } catch (error) {
      connection.end(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  project.provide("registry", { ok: true, socket });
  return async () => {
    server.close();
    await rm(dir, { recursive: true, force: true });
    await (await registry?.catch(() => undefined))?.[Symbol.asyncDispose]();
  };
}
