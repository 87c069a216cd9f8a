import { join } from "node:path";
import { randomUuid } from "../data/random-uuid.ts";
import { TowpathError } from "../errors.ts";
import { readChecked, writeChecked } from "./checked-file.ts";

/** The file's name in the directory. */
export const HISTORY = "history";

/**
 * What names the history that a directory keeps, from its first run until the directory is cleared: outputs tell
 * their readers by it that they go on, or begin anew. It is on the disk before anything is written to an output.
 * Throws TP_STATE_CORRUPT for a file that is there and not what was written: outputs would seem to begin anew.
 */
export async function historyId(path: string): Promise<string> {
  const file = join(path, HISTORY);
  const known = await readChecked(file);
  if (known === null) {
    throw new TowpathError("TP_STATE_CORRUPT", "the name of the state's history is damaged", {
      where: file,
      hint: "Restore the directory from a copy, or start afresh: npx towpath state PATH --clear.",
    });
  }
  if (known !== undefined) return known;
  const id = randomUuid();
  await writeChecked(file, id);
  return id;
}
