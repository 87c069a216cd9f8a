import { type BigIntStats, closeSync, openSync, readSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { countLineFeeds } from "../../lib/kernels/split-lines.ts";
import { fileChanged, fileFailure } from "./errors.ts";

/** A file that is read, and how far it has been. */
export interface ReadFile {
  readonly slot: number;
  path: string;
  /** Its name in its directory: what keys know it by, wherever the directory is. */
  readonly name: string;
  /** Tells the file from another one under its name; null until it has been looked at. */
  identity: bigint | null;
  /** Lines before this byte have been handed out. */
  position: number;
  /** Its size when it was looked at last. */
  size: number;
  /** The size at which no further line was found. */
  exhaustedAt: number;
  /** It is ahead of the others, and waits for them. */
  isAhead: boolean;
}

const SCAN_BYTES = 1 << 16;

/**
 * The files of a path: that file, or the files of that directory, by name. Left out are directories in it and names
 * that begin with a dot. A file keeps its slot; new ones get the next, in the order of their names.
 */
export class Files {
  readonly #path: string;
  readonly #files: ReadFile[] = [];
  readonly #byName = new Map<string, ReadFile>();

  constructor(path: string) {
    this.#path = path;
  }

  at(slot: number): ReadFile {
    return this.#files[slot];
  }

  all(): readonly ReadFile[] {
    return this.#files;
  }

  /** The next file with something to read. */
  next(): ReadFile | undefined {
    return this.#files.find((file) => !file.isAhead && hasMore(file));
  }

  /** Whether there is something to read in a file that waits for others. */
  get isWaiting(): boolean {
    return this.#files.some((file) => file.isAhead && hasMore(file));
  }

  /** The slot of a file that an earlier process has read up to `position`, or that it has met. */
  expect(name: string, position: number): number {
    const known = this.#byName.get(name);
    return known?.slot ?? this.#add(join(this.#path, name), null, 0, position).slot;
  }

  /**
   * Looks for new files and new sizes. Throws TP_FILE_ABSENT for a path that is not there, TP_FILE_CHANGED for a file
   * that is gone, shorter than what has been read, or another one.
   */
  async look(): Promise<void> {
    const root = await statOf(this.#path);
    if (root === null) {
      throw this.#files.length > 0
        ? fileChanged(this.#path, "was deleted")
        : fileFailure(
            this.#path,
            "could not be read",
            Object.assign(new Error("ENOENT"), { code: "ENOENT" }),
          );
    }
    if (!root.isDirectory() && !root.isFile()) {
      throw fileFailure(this.#path, "could not be read", "it is neither a file nor a directory");
    }
    const paths = root.isDirectory() ? await pathsIn(this.#path) : [this.#path];
    const stats = await Promise.all(paths.map(statOf));
    const seen = new Set<ReadFile>();
    paths.forEach((path, i) => {
      const stats_ = stats[i];
      if (stats_?.isFile()) seen.add(this.#note(path, stats_));
    });
    const gone = this.#files.find((file) => !seen.has(file));
    if (gone !== undefined) throw fileChanged(gone.path, "was deleted");
  }

  /** `file:line` of a byte. Reads the file up to there, so it is for errors only. */
  placeOf(slot: number, offset: number): string {
    const { path } = this.#files[slot];
    try {
      return `${path}:${lineAt(path, offset)}`;
    } catch {
      return `${path}, byte ${offset}`;
    }
  }

  #note(path: string, { size: bytes, ino }: BigIntStats): ReadFile {
    const size = Number(bytes);
    const known = this.#byName.get(basename(path));
    if (known !== undefined) {
      known.path = path;
      known.identity ??= ino;
      if (known.identity !== ino) throw fileChanged(path, "was replaced by another file");
      if (size < known.position) throw fileChanged(path, "was truncated");
      known.size = size;
      return known;
    }
    return this.#add(path, ino, size, 0);
  }

  #add(path: string, identity: bigint | null, size: number, position: number): ReadFile {
    const slot = this.#files.length;
    const name = basename(path);
    const file = { slot, path, name, identity, position, size, exhaustedAt: -1, isAhead: false };
    this.#files.push(file);
    this.#byName.set(name, file);
    return file;
  }
}

function hasMore({ position, size, exhaustedAt }: ReadFile): boolean {
  return position < size && exhaustedAt !== size;
}

async function pathsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw fileFailure(directory, "could not be read", error);
  });
  return names
    .filter((name) => !name.startsWith("."))
    .sort()
    .map((name) => join(directory, name));
}

async function statOf(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw fileFailure(path, "could not be read", error);
  }
}

function lineAt(path: string, offset: number): number {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(SCAN_BYTES);
    let line = 1;
    for (let at = 0; at < offset; ) {
      const read = readSync(file, bytes, 0, Math.min(SCAN_BYTES, offset - at), at);
      if (read === 0) break;
      line += countLineFeeds(bytes, read);
      at += read;
    }
    return line;
  } finally {
    closeSync(file);
  }
}
