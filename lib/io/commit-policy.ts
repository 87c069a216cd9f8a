/** When received rows become a commit (design.md, "Time and commits"). All fields resolved. */
export interface CommitPolicy {
  /** The payload that closes a commit; null switches markers off. */
  readonly marker: string | null;
  readonly scope: "connector" | "partition" | "aligned";
  /** Commit at latest this many ms after the first pending row; null: only markers. */
  readonly everyMs: number | null;
  /** Commit as soon as this many rows are pending; null: only markers. */
  readonly everyRows: number | null;
  /** Pending rows beyond which the run fails with TP_COMMIT_TOO_LARGE. */
  readonly maxPendingRows: number;
  /** Scope aligned: a partition that has no marker for this long is named in the log. */
  readonly stallAfterMs: number;
  /** What becomes of the rows after the last marker when a static source ends. */
  readonly tail: "auto" | "commit" | "drop";
}

/** What the user may write; see `CommitPolicy`. */
export type CommitOptions = { readonly [Name in keyof CommitPolicy]?: CommitPolicy[Name] | undefined };

export const defaultCommitPolicy: CommitPolicy = {
  marker: "*COMMIT*",
  scope: "connector",
  everyMs: null,
  everyRows: null,
  maxPendingRows: 10_000_000,
  stallAfterMs: 10_000,
  tail: "auto",
};
