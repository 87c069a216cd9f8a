import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { StateReader, StateWriter } from "../../lib/data/state.ts";
import type { InputSession } from "../../lib/io/input-session.ts";
import type { CommitEnds } from "../../lib/io/replay.ts";
import type { JournalledCommit, SourceHistory } from "../../lib/io/source.ts";
import { fileChanged, fileFailure } from "./errors.ts";
import type { Files } from "./files.ts";

/** Where reading a file goes on, and what stood before that. */
type Mark = readonly [position: number, print: string];

/** A commit in the journal: the files that it moved, by name. */
interface Range {
  readonly to: Readonly<Record<string, Mark>>;
}

interface SavedFile {
  readonly name: string;
  readonly mark: Mark;
}

/** What is looked at of a file, at its beginning and before a mark, to tell whether it is what it was. */
const PRINT_BYTES = 4096;

/** What a source of files needs to go on where an earlier process ended: a byte in each file. */
export class FileHistory implements SourceHistory {
  readonly #files: Files;
  readonly #session: InputSession;
  /** By slot: where reading goes on behind the last sealed commit. */
  readonly #positions: number[] = [];
  /** By slot: what has to be there still. */
  readonly #marks: Mark[][] = [];

  constructor(files: Files, session: InputSession) {
    this.#files = files;
    this.#session = session;
  }

  range(): Range {
    const moved = [...this.#session.sealedOffsets()];
    const to = moved.map(([slot, end]) => [this.#files.at(slot).name, this.#mark(slot, end)] as const);
    return { to: Object.fromEntries(to) };
  }

  /** The session has sealed a commit. */
  sealed(): void {
    for (const [slot, end] of this.#session.sealedOffsets()) this.#positions[slot] = end;
  }

  save(writer: StateWriter): void {
    const files: SavedFile[] = this.#files.all().map(({ name, slot }) => {
      return { name, mark: this.#mark(slot, this.#positions[slot] ?? 0) };
    });
    writer.value("files", files);
    this.#session.save(writer.scope("session"));
  }

  /** Files get the slots that they had, because the session knows them by these. */
  resume(state: StateReader | null, commits: readonly JournalledCommit[]): void {
    if (state !== null) {
      for (const { name, mark } of state.value("files") as SavedFile[]) {
        const slot = this.#files.expect(name, mark[0]);
        this.#positions[slot] = mark[0];
        this.#remember(slot, mark);
      }
      this.#session.load(state.scope("session"));
    }
    this.#session.replay(commits.map(({ range }) => this.#read(range as Range)));
  }

  /** Reading is about to begin. Throws TP_FILE_CHANGED where a file is not what an earlier process has read. */
  check(): void {
    this.#marks.forEach((marks, slot) => {
      const { path, size, position } = this.#files.at(slot);
      this.#session.pass(slot, position);
      for (const [end, print] of marks) {
        if (size < end) throw fileChanged(path, "was made shorter", LATER);
        if (this.#mark(slot, end)[1] !== print) throw fileChanged(path, "was changed", LATER);
      }
      const end = Math.max(...marks.map(([at]) => at));
      if (end > 0 && size > end && bytesOf(path, end - 1, end)[0] !== LINE_FEED)
        throw fileChanged(path, "had a last line without a break, which was continued", LATER);
    });
  }

  #read({ to }: Range): CommitEnds {
    return new Map(
      Object.entries(to).map(([name, mark]) => {
        const slot = this.#files.expect(name, 0);
        this.#remember(slot, mark);
        return [slot, mark[0]] as const;
      }),
    );
  }

  /** The last mark says what all marks before it do, but for where the state ends. */
  #remember(slot: number, mark: Mark): void {
    const marks = this.#marks[slot] ?? [];
    this.#marks[slot] = marks.length < 2 ? [...marks, mark] : [marks[0], mark];
  }

  #mark(slot: number, position: number): Mark {
    const { path } = this.#files.at(slot);
    const hash = createHash("sha256");
    hash.update(bytesOf(path, 0, Math.min(position, PRINT_BYTES)));
    hash.update(bytesOf(path, Math.max(0, position - PRINT_BYTES), position));
    return [position, hash.digest("base64").slice(0, 16)];
  }
}

const LINE_FEED = 10;
const LATER = "since an earlier run read it";

function bytesOf(path: string, from: number, to: number): Uint8Array {
  const bytes = new Uint8Array(to - from);
  if (to === from) return bytes;
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw fileFailure(path, "could not be read", error);
  }
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from));
  } finally {
    closeSync(file);
  }
}
