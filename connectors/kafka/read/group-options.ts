/** What `pw.kafka.read` takes with `assignment: "group"`, where that is less than without. */
import type { CommitPolicy } from "../../../lib/io/commit-policy.ts";
import type { KafkaSettings } from "../client/options.ts";
import { bad } from "../client/read-arguments.ts";
import type { ReadOptions } from "./read-options.ts";

/** Throws TP_BAD_ARGUMENT naming the option that a group cannot have. */
export function checkGroup(options: ReadOptions, settings: KafkaSettings): void {
  const group = 'assignment: "group"';
  if (typeof settings["group.id"] !== "string" || settings["group.id"] === "")
    throw bad(
      `${group} needs a "group.id" in the settings`,
      'Set "group.id": all processes of one id share the work.',
    );
  if (options.partitions !== undefined)
    throw bad(
      `${group} and partitions exclude each other`,
      "Leave partitions out: the group deals them out.",
    );
  if (options.mode === "static")
    throw bad(
      `mode "static" cannot be had with ${group}`,
      'Read in mode "streaming", or with assignment: "all".',
    );
  if (
    options.startFrom !== undefined &&
    options.startFrom !== "earliest" &&
    options.startFrom !== "committed"
  )
    throw bad(
      `startFrom is for reading without a group; with ${group} a partition goes on where the group has come to`,
      "Leave it out: partitions of which the group has no offset are read from their beginning.",
    );
  if (options.format === "updates")
    throw bad(
      `format "updates" cannot be read with ${group}: its commits are in one partition`,
      'Read it with assignment: "all".',
    );
  if (options.format === "csv" && options.csv?.header !== false)
    throw bad(
      `csv with a header cannot be read with ${group}: who takes a partition over does not meet the header again`,
      "Set csv: { header: false } and give valueColumns in the order of the fields.",
    );
  const scope = options.commit?.scope;
  if (scope !== undefined && scope !== "partition")
    throw bad(
      `commit.scope "${scope}" cannot be had with ${group}, whose partitions have commits of their own`,
      'Leave it out, or set commit: { scope: "partition" }.',
    );
}

/** Partitions that come and go have commits of their own. */
export function groupPolicy(policy: CommitPolicy): CommitPolicy {
  return { ...policy, scope: "partition" };
}

/** Why commits cannot be made again as they were, where they cannot. */
export function notRemade({ everyMs }: CommitPolicy): string | null {
  return everyMs === null
    ? null
    : "with commit.everyMs what a commit holds follows the clock: commit by markers, or with commit.everyRows";
}
