import { setTimeout as sleep } from "node:timers/promises";
import type { Script } from "./script.ts";

/** Waits until the script has printed `text`. Throws, with all that it printed, after `ms`. */
export async function waitForPrint(script: Script, text: string | RegExp, ms = 60_000): Promise<void> {
  const until = performance.now() + ms;
  const found = () => (typeof text === "string" ? script.printed.includes(text) : text.test(script.printed));
  while (!found()) {
    if (performance.now() > until)
      throw new Error(`did not print ${text} within ${ms} ms:\n${script.printed}`);
    await sleep(20);
  }
}
