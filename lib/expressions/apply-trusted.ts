import { userSite } from "../base/source-site.ts";
import { asynchronous } from "./apply-async.ts";
import { Expression, toNode } from "./expression.ts";

/**
 * Calls a function of a connector's once a row, like `apply`, or where `isAsync` like `applyAsync`; what it gives is kept
 * as it is. For values that are the connector's own, or that a script handed over for good: a copy of each would cost
 * more than what is done with it.
 */
export function applyTrusted(
  fn: (...values: unknown[]) => unknown,
  args: readonly unknown[],
  isAsync: boolean,
): Expression<unknown, never> {
  return new Expression({
    kind: "apply",
    fn,
    args: args.map(toNode),
    deterministic: false,
    ...(isAsync ? { asynchronous: asynchronous({}, null) } : {}),
    isTrusted: true,
    type: { name: "any", optional: true },
    site: userSite(),
  });
}
