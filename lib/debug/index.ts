/** `pw.debug.*`: tables from drawings and rows, computed and printed without a connector. */
export type { Change } from "./change-list.ts";
export { type ComputedRow, type ComputeOptions, compute, computeUpdates, type Reported } from "./compute.ts";
export { computeAndPrint, computeAndPrintUpdateStream } from "./print.ts";
export { type LooseColumns, tableFromMarkdown } from "./table-from-markdown.ts";
export { type GivenRow, tableFromRows } from "./table-from-rows.ts";
