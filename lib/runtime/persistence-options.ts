import { TowpathError } from "../errors.ts";

export interface PersistenceOptions {
  /** A directory of this run's own; made where it is not there. */
  readonly path: string;
  /** Milliseconds from one checkpoint to the next; default 10,000. Fewer: less to do again after a crash, more writing. */
  readonly snapshotEveryMs?: number;
}

const SNAPSHOT_EVERY_MS = 10_000;
const names = ["path", "snapshotEveryMs"];

/** The options with their defaults. Throws TP_BAD_ARGUMENT for what they cannot be. */
export function checkedPersistence(given: PersistenceOptions): Required<PersistenceOptions> {
  if (typeof given !== "object" || given === null) throw refused("is an object of options", given);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) throw refused(`has no option ${unknown}`, given);
  const { path, snapshotEveryMs = SNAPSHOT_EVERY_MS } = given;
  if (typeof path !== "string" || path === "") throw refused("needs the path of a directory", path);
  const isTime =
    typeof snapshotEveryMs === "number" && snapshotEveryMs >= 0 && snapshotEveryMs <= 2 ** 31 - 1;
  if (!isTime) throw refused("takes snapshotEveryMs in milliseconds from 0", snapshotEveryMs);
  return { path, snapshotEveryMs };
}

function refused(what: string, given: unknown): TowpathError {
  const type = typeof given === "object" ? "" : `, not ${JSON.stringify(given) ?? typeof given}`;
  return new TowpathError("TP_BAD_ARGUMENT", `the option persistence of pw.run ${what}${type}`, {
    hint: 'Give { path: "state", snapshotEveryMs: 10_000 }.',
  });
}
