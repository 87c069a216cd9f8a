import type { FuzzTarget } from "../target.ts";

/** What the fuzzer has to find: it is run only by its name, to see that each kind of fault is found. */
export const planted: FuzzTarget = {
  name: "planted",
  make: (rng) =>
    Buffer.from(
      rng.weighted([
        [30, "fine"],
        [1, "throw"],
        [1, "pollute"],
        [1, "hang"],
        [1, "exit"],
      ] as const),
    ),
  run(bytes) {
    const kind = Buffer.from(bytes).toString();
    if (kind === "throw") throw new TypeError("planted");
    if (kind === "pollute") Object.assign(Object.prototype, { polluted: true });
    if (kind === "exit") process.exit(7);
    while (kind === "hang");
  },
};
