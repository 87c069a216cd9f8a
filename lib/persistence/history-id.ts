import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { randomUuid } from "../data/random-uuid.ts";

/** The file's name in the directory. */
export const HISTORY = "history";
const UUID = /^[0-9a-f-]{36}$/;

/**
 * What names the history that a directory keeps, from its first run until the directory is cleared: outputs tell
 * their readers by it that they go on, or begin anew. It is on the disk before anything is written to an output.
 */
export async function historyId(path: string): Promise<string> {
  const file = join(path, HISTORY);
  const known = await readFile(file, "utf8").catch(() => "");
  if (UUID.test(known)) return known;
  const id = randomUuid();
  const part = `${file}.new`;
  const handle = await open(part, "w");
  try {
    await handle.writeFile(id);
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
