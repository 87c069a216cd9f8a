/** The one real schema registry of this test run (global-setup.ts). */
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, inject } from "vitest";

/**
 * The url of the shared registry; the first call of a run starts it (some seconds). Other suites use it at the same time:
 * use subjects of your own.
 */
export async function sharedRegistry(): Promise<string> {
  const registry = inject("registry");
  if (!registry.ok) throw new Error(registry.reason);
  const answer = JSON.parse(await text(connect(registry.socket)));
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.url;
}

/** Describes a suite that needs the real registry; where it cannot be started the suite is skipped and says why. */
export function describeOnRegistry(name: string, suite: () => void): void {
  const registry = inject("registry");
  if (registry.ok) describe(`${name} (real registry)`, suite);
  else describe.skip(`${name} (real registry; skipped: ${registry.reason})`, suite);
}
