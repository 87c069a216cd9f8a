/** The two ends of a table in the script itself: `pw.input` and `pw.subscribe`. */
export type { Change } from "./change.ts";
export { type AppendOnlyInput, type Input, type InputOptions, input } from "./input.ts";
export { type SubscribeOptions, subscribe } from "./subscribe.ts";
