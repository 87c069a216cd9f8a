/** Files, as `pw.fs`. */
export { type FileColumns, read } from "./read.ts";
export type { FileCommitOptions, FileReadOptions } from "./read-options.ts";
export { type FileWriteOptions, write } from "./write.ts";
