import { open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { syncDirectory } from "./journal-files.ts";

/** Puts a word into a file of its own, with a checksum: on disk, and there whole or as it was before. */
export async function writeChecked(path: string, word: string): Promise<void> {
  const part = `${path}.new`;
  const file = await open(part, "w");
  try {
    await file.writeFile(textOf(word));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(part, path);
  await syncDirectory(dirname(path));
}

/** The word of a file; undefined where there is no file, null where it is not what was written. */
export async function readChecked(path: string): Promise<string | null | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const [word] = text.split(" ");
  return text === textOf(word) ? word : null;
}

function textOf(word: string): string {
  return `${word} ${crc32(word).toString(16)}\n`;
}
