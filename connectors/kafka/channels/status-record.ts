/** What the two ends of a channel tell each other, as records of the channel's status topic. */

import { TowpathError } from "../../../lib/errors.ts";

/**
 *   opened → started → stopped → closed        error: from any of them
 *
 * A reader is `started` when it is ready for records, `stopped` when it has taken all. A writer is `started` when it may
 * write, `stopped` when everything that it wrote is where readers find it.
 */
export type ChannelState = (typeof states)[number];

const states = ["opened", "started", "stopped", "closed", "error"] as const;

interface Status {
  /** Of this opening: a UUID. */
  readonly session: string;
  readonly state: ChannelState;
  /** As channel-schema.ts has it. */
  readonly schema: string;
  readonly heartbeatMs: number;
  /** What ended it; null unless the state is error. */
  readonly error: string | null;
}

export interface ReaderStatus extends Status {
  readonly role: "reader";
  readonly group: string;
  readonly index: number;
  readonly of: number;
  /** By writer, the sessions that this reader has read to their ends. */
  readonly done: Readonly<Record<string, string>>;
}

export interface WriterStatus extends Status {
  readonly role: "writer";
  readonly name: string;
  /** The groups that it writes to. */
  readonly readers: readonly string[];
  /** So many records of this writer, by their running numbers, are in the topic of every group. */
  readonly acked: number;
  /** By group, for each partition: an offset before which there are none of the others. */
  readonly offsets: Readonly<Record<string, readonly number[]>>;
  /** By group, for each partition: the offset behind its last record; null until it has stopped. */
  readonly ends: Readonly<Record<string, readonly number[]>> | null;
}

export type PeerStatus = ReaderStatus | WriterStatus;

const VERSION = 1;

/** Who it is: a record's key, so that the topic keeps the last status of each. */
export function peerKey(status: PeerStatus): string {
  return status.role === "reader" ? readerKey(status.group, status.index) : writerKey(status.name);
}

export function readerKey(group: string, index: number): string {
  return `reader/${group}/${index}`;
}

function writerKey(name: string): string {
  return `writer/${name}`;
}

/** For people. */
export function describePeer(status: PeerStatus): string {
  return status.role === "writer"
    ? `writer ${status.name}`
    : `reader ${status.group}, member ${status.index} of ${status.of}`;
}

/** Whether nothing more is to be expected of this session. */
export function isFinal({ state }: PeerStatus): boolean {
  return state === "closed" || state === "error";
}

/** How a failure is told to the peers. */
export function errorStatus(error: Error): { readonly state: "error"; readonly error: string } {
  return {
    state: "error",
    error: error instanceof TowpathError ? `${error.code}: ${error.detail}` : error.message,
  };
}

/** `sentAt` is for people who look into the topic: nothing is judged by the clocks of others. */
export function encodeStatus(status: PeerStatus): string {
  return JSON.stringify({ version: VERSION, ...status, sentAt: new Date().toISOString() });
}

/** A status that was read; null for what is none: the topic may hold records of anybody. */
export function decodeStatus(text: string): PeerStatus | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== "object" || json === null || (json as { version?: unknown }).version !== VERSION)
    return null;
  return isReader(json) || isWriter(json) ? json : null;
}

type Fields = Readonly<Record<string, unknown>>;

function isReader(json: object): json is ReaderStatus {
  const { role, group, index, of, done } = json as Fields;
  return (
    role === "reader" &&
    isStatus(json) &&
    typeof group === "string" &&
    isCount(index) &&
    isCount(of) &&
    isRecordOf(done, (session) => typeof session === "string")
  );
}

function isWriter(json: object): json is WriterStatus {
  const { role, name, readers, acked, offsets, ends } = json as Fields;
  const areOffsets = (list: unknown): boolean => Array.isArray(list) && list.every(isCount);
  return (
    role === "writer" &&
    isStatus(json) &&
    typeof name === "string" &&
    Array.isArray(readers) &&
    readers.every((group) => typeof group === "string") &&
    isCount(acked) &&
    isRecordOf(offsets, areOffsets) &&
    (ends === null || isRecordOf(ends, areOffsets))
  );
}

function isStatus(json: object): boolean {
  const { session, state, schema, heartbeatMs, error } = json as Fields;
  return (
    typeof session === "string" &&
    (states as readonly unknown[]).includes(state) &&
    typeof schema === "string" &&
    isCount(heartbeatMs) &&
    (error === null || typeof error === "string")
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecordOf(value: unknown, holds: (item: unknown) => boolean): boolean {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(holds)
  );
}
