import type { PageHash } from "./page-hash.ts";
import { type ArrayKind, arrayKinds, type SavedArray } from "./saved-array.ts";
import type { StatePlan } from "./state-plan.ts";

export const CHECKPOINT_FORMAT = 2;

/** The head of a checkpoint: what it is of, and which pages it has. */
export interface Manifest {
  readonly format: typeof CHECKPOINT_FORMAT;
  /** Counts the checkpoints of a directory. */
  readonly number: number;
  /** The state is the one after this commit. */
  readonly time: number;
  /** When it was taken: ms of the wall clock. */
  readonly takenAt: number;
  readonly plan: StatePlan;
  readonly arrays: readonly SavedArray[];
}

/** JSON, then its hash. */
export function encodeManifest(manifest: Manifest, hash: PageHash): Buffer {
  const text = Buffer.from(JSON.stringify(manifest), "utf8");
  const bytes = Buffer.alloc(text.length + 8);
  bytes.set(text);
  bytes.writeBigUInt64LE(hash(text, 0, 0), text.length);
  return bytes;
}

/** Null for what is not a whole manifest; one of another format has only that field for certain. */
export function decodeManifest(bytes: Buffer, hash: PageHash): Manifest | { readonly format: number } | null {
  const length = bytes.length - 8;
  if (length < 2 || hash(bytes.subarray(0, length), 0, 0) !== bytes.readBigUInt64LE(length)) return null;
  try {
    const manifest = JSON.parse(bytes.toString("utf8", 0, length));
    if (!Number.isSafeInteger(manifest?.format)) return null;
    if (manifest.format !== CHECKPOINT_FORMAT) return { format: manifest.format };
    return Array.isArray(manifest.arrays) && manifest.arrays.every(isArray) ? manifest : null;
  } catch {
    return null;
  }
}

export function isReadable(manifest: { readonly format: number }): manifest is Manifest {
  return manifest.format === CHECKPOINT_FORMAT;
}

function isArray(value: unknown): value is SavedArray {
  const { name, id, kind, length } = (value ?? {}) as Partial<Record<keyof SavedArray, unknown>>;
  const isCount = (n: unknown): boolean =>
    Number.isInteger(n) && (n as number) >= 0 && (n as number) < 2 ** 32;
  return typeof name === "string" && isCount(id) && isCount(length) && isKind(kind);
}

function isKind(kind: unknown): kind is ArrayKind {
  return typeof kind === "string" && Object.hasOwn(arrayKinds, kind);
}
