// The public API: every name that `import * as pw from "towpath"` gives, nothing defined here.

export { type ErrorCode, TowpathError } from "./errors.ts";
export { graph } from "./plan/plan.ts";
export type { Grouped } from "./table/grouping.ts";
export type { JoinResult } from "./table/join.ts";
export { reducers } from "./table/reducers.ts";
export { type ColumnOptions, column, type RowInput, type Schema, schema } from "./table/schema.ts";
export type { RowOf, Table } from "./table/table.ts";
