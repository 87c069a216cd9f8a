import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { randomUuid } from "../data/random-uuid.ts";
import { TowpathError } from "../errors.ts";

/** The file's name in the directory. */
export const HISTORY = "history";

/**
 * What names the history that a directory keeps, from its first run until the directory is cleared: outputs tell
 * their readers by it that they go on, or begin anew. It is on the disk before anything is written to an output.
 * Throws TP_STATE_CORRUPT for a file that is there and not what was written: outputs would seem to begin anew.
 */
export async function historyId(path: string): Promise<string> {
  const file = join(path, HISTORY);
  const known = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (known !== null) return checked(known, file);
  const id = randomUuid();
  const part = `${file}.new`;
  const handle = await open(part, "w");
  try {
    await handle.writeFile(`${id} ${checkOf(id)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
  return id;
}

function checked(text: string, where: string): string {
  const [id, check] = text.split(/[ \n]/);
  if (text === `${id} ${check}\n` && check === checkOf(id)) return id;
  throw new TowpathError("TP_STATE_CORRUPT", "the name of the state's history is damaged", {
    where,
    hint: "Restore the directory from a copy, or start afresh: npx towpath state PATH --clear.",
  });
}

function checkOf(id: string): string {
  return crc32(id).toString(16);
}
