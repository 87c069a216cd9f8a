/** The two ends of a channel, as its kinds bring them: Kafka, memory, or one's own. */

/**
 * Reads a channel, as one member of a group of readers.
 *
 *   open → (take → commit?)* → close
 *
 * Laws (test/conformance/channels.test.ts): the members of a group together get every record once, each member in the
 * order of each writer; another group gets them all as well; a member that comes back goes on behind what it committed.
 */
export interface ChannelReader<Item> {
  /** For people: "channel signal, reader mean, member 0 of 2". */
  readonly name: string;
  /** Resolves when records can come: what the channel needs is there, and writers know of this reader. */
  open(): Promise<void>;
  /** The next records, at least one and at most `max`; null when all writers are done and everything has been taken. */
  take(max: number): Promise<readonly Item[] | null>;
  /** What has been taken is dealt with: a reader that comes back in this one's place goes on behind it. */
  commit(): Promise<void>;
  /** Records that are there and have not been taken. */
  lag(): Promise<number>;
  /** Tells the peers that it is done, or what ended it. May be called at any time and again. */
  close(error?: Error): Promise<void>;
}

/**
 * Writes to a channel, beside other writers of other names.
 *
 *   open → write* → flush? → close
 */
export interface ChannelWriter<Item> {
  /** For people: "channel signal, writer sensor". */
  readonly name: string;
  /** Resolves when every reader is ready. */
  open(): Promise<void>;
  /** All records are sent or, where one cannot be written, none. Resolves when there is room for more. */
  write(records: readonly Item[]): Promise<void>;
  /** Resolves when everything that was written is where readers find it. */
  flush(): Promise<void>;
  /** Flushes and tells the readers that nothing more will come; with an error, that it failed, and why. */
  close(error?: Error): Promise<void>;
}
