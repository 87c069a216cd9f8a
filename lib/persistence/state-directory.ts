import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TowpathError } from "../errors.ts";
import { StateLock } from "./state-lock.ts";

/**
 * The directory of a run's state:
 *
 *   lock                          the process that has it
 *   journal/<time>-<number>.journal   what commits were made of, since the older checkpoint
 *   checkpoint-a/, checkpoint-b/  the two newest checkpoints, one lmdb environment each
 *   current                       which of the two is the newer
 *   history                       what outputs call all of it
 */
export class StateDirectory {
  readonly path: string;
  readonly journal: string;
  readonly #lock: StateLock;

  private constructor(path: string, lock: StateLock) {
    this.path = path;
    this.journal = journalOf(path);
    this.#lock = lock;
  }

  /** Makes the directory where it is not there. Throws TP_STATE_WRITE where it cannot, TP_STATE_LOCKED. */
  static async open(given: string): Promise<StateDirectory> {
    const path = resolve(given);
    try {
      await mkdir(journalOf(path), { recursive: true });
      return new StateDirectory(path, await StateLock.take(path));
    } catch (error) {
      throw writeFailure(path, error);
    }
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }
}

export function journalOf(path: string): string {
  return join(path, "journal");
}

/** What the system says of a write that failed, as an error for the user; one of ours stays what it is. */
export function writeFailure(path: string, cause: unknown): TowpathError {
  if (cause instanceof TowpathError) return cause;
  const what = cause instanceof Error ? cause.message : String(cause);
  return new TowpathError("TP_STATE_WRITE", `the state could not be written: ${what}`, {
    where: path,
    hint: "Make room, or give `persistence.path` a place that can be written; then run again: what was saved before holds.",
    cause,
  });
}
