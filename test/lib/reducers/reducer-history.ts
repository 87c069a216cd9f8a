import { readCell } from "../../../lib/data/cell.ts";
import { type ColumnType, parseType } from "../../../lib/data/type.ts";
import type { ReducerDefinition, ReducerState } from "../../../lib/reducers/reducer.ts";
import type { ReducerOracle } from "../../oracle/reducers/index.ts";
import { canonical, ERROR } from "../../oracle/value.ts";
import { batchOf, poison } from "../../support/batches.ts";
import { Checkpoint } from "../../support/checkpoint.ts";
import type { Rng } from "../../support/rng.ts";

export interface ReducerCase {
  readonly definition: ReducerDefinition;
  readonly oracle: ReducerOracle;
  readonly args: readonly string[];
  readonly options: unknown;
  readonly appendOnly: boolean;
  /** Rows of a time may come in several batches. */
  readonly splits: boolean;
}

interface HeldRow {
  readonly group: number;
  readonly key: number;
  readonly args: readonly unknown[];
  count: number;
  /** When those that are equal came, after a commit as many as `count`. */
  readonly times: number[];
}

interface RowChange extends Omit<HeldRow, "count" | "times"> {
  readonly diff: number;
}

const GROUPS = 3;
/** Few keys, so that rows meet; more where each can be used only once. */
const KEYS = { appendOnly: 40, mutable: 6 };

const values: Record<string, readonly unknown[]> = {
  int: [0, 1, -2, 3],
  float: [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, -1e300],
  str: ["", "a", "ab", "é", "\u{1f600}", "\uffff", "a rather long text, longer than most words are"],
  bool: [true, false],
  bytes: [Buffer.of(), Buffer.of(0), Buffer.of(255, 1)],
  bigint: [0n, 1n, -(2n ** 70n), 2n ** 70n],
  datetime: [0, 1_700_000_000_000],
  json: [{ a: 1, b: 2 }, { b: 2, a: 1 }, [1, "x"], "x", 10],
  any: [1, "1", true, 2n, [1, 2], [1], { a: 1 }, Buffer.of(1)],
};

/** A reducer's state beside the rows that it has been given, through random commits. */
export class ReducerHistory {
  readonly #case: ReducerCase;
  readonly #rng: Rng;
  readonly #types: readonly ColumnType[];
  readonly #rows = new Map<string, HeldRow>();
  #state: ReducerState;
  #time = 1000;

  constructor(reducerCase: ReducerCase, rng: Rng) {
    this.#case = reducerCase;
    this.#rng = rng;
    this.#types = reducerCase.args.map((text) => parseType(text) as ColumnType);
    this.#state = this.#create();
  }

  /** One random commit, then the comparison. */
  step(): void {
    this.#time += 2;
    const { appendOnly, splits } = this.#case;
    const applied: RowChange[] = [];
    for (let i = this.#rng.below(8); i > 0; i--)
      applied.push(...this.#randomChange(appendOnly).filter((change) => this.#apply(change)));
    this.#settleTimes();
    this.#sweep();
    this.#feed(splits ? this.#parts(this.#rng.shuffled(applied)) : [this.#rng.shuffled(applied)]);
    this.#check();
    if (this.#rng.chance(0.1)) this.#restart();
  }

  /** Takes back every row; nothing may be left. */
  retractAll(): number {
    this.#time += 2;
    const changes = [...this.#rows.values()].map((row): RowChange => ({ ...row, diff: -row.count }));
    this.#rows.clear();
    this.#feed([this.#rng.shuffled(changes)]);
    return this.#state.size;
  }

  /** A commit that takes a row and gives it back changes nothing; of equal rows the one that came last goes. */
  #settleTimes(): void {
    for (const { count, times } of this.#rows.values()) {
      while (times.length < count) times.push(this.#time);
      times.length = count;
    }
  }

  #sweep(): void {
    for (const [id, { count }] of this.#rows) if (count === 0) this.#rows.delete(id);
  }

  /** An insertion, a retraction, a new version of a row, or a row that is taken and given back. */
  #randomChange(appendOnly: boolean): RowChange[] {
    const fresh: RowChange = {
      group: this.#rng.below(GROUPS),
      key: this.#rng.below(appendOnly ? KEYS.appendOnly : KEYS.mutable),
      args: this.#case.args.map((type) => this.#randomValue(type)),
      diff: 1,
    };
    const old = [...this.#rows.values()].filter(({ key, count }) => key === fresh.key && count > 0);
    // Objects have no order that both sides agree on, so that rows with one key must not differ in them alone.
    if (appendOnly) return old.length > 0 ? [] : [fresh];
    if (old.length === 0) return [fresh];
    const retraction = { ...(old[0] as HeldRow), diff: -1 };
    switch (this.#rng.below(4)) {
      case 0:
        return this.#case.args.some(isUnordered) ? [] : [fresh];
      case 1:
        return [retraction];
      case 2:
        return old.length > 1 || (old[0] as HeldRow).count > 1 ? [retraction] : [retraction, fresh];
      default:
        return [retraction, { ...retraction, diff: 1 }];
    }
  }

  #randomValue(type: string): unknown {
    if (this.#rng.chance(0.1)) return ERROR;
    if (type.endsWith("?") && this.#rng.chance(0.3)) return null;
    return this.#rng.pick(values[type.replace("?", "")] as readonly unknown[]);
  }

  /** False for a retraction of what is not there any more. */
  #apply(change: RowChange): boolean {
    const id = identity(change);
    const held = this.#rows.get(id);
    if (held === undefined) {
      if (change.diff < 0) return false;
      this.#rows.set(id, { ...change, count: 1, times: [] });
      return true;
    }
    if (held.count + change.diff < 0) return false;
    held.count += change.diff;
    return true;
  }

  #parts(changes: readonly RowChange[]): RowChange[][] {
    const at = this.#rng.between(0, changes.length);
    return [changes.slice(0, at), changes.slice(at)];
  }

  #feed(parts: readonly (readonly RowChange[])[]): void {
    const columns = this.#types.map((type, i) => ({ name: `a${i}`, type }));
    for (const part of parts) {
      if (part.length === 0) continue;
      const batch = batchOf(
        this.#time,
        columns,
        part.map(({ key, args, diff }) => ({ key: keyWords(key), row: args, diff })),
      );
      const slots = Int32Array.from(part, ({ group }) => group);
      this.#state.accumulate(slots, batch.columns, batch);
      poison(batch);
    }
    for (let group = 0; group < GROUPS; group++)
      if (this.#rowsOf(group).length === 0) this.#state.clear(group);
  }

  #check(): void {
    const groups = Array.from({ length: GROUPS }, (_, group) => group).filter(
      (group) => this.#rowsOf(group).length > 0,
    );
    const answers = this.#state.finish(Uint32Array.from(groups), groups.length);
    const type = this.#case.definition.result(this.#types, this.#case.options);
    groups.forEach((group, i) => {
      const rows = this.#rowsOf(group);
      const expected = this.#case.oracle(
        rows.map(({ args }) => args),
        this.#types,
        this.#case.options,
        () => rows.map(({ key, time }) => ({ key: keyText(key), time })),
      );
      const got = readCell(answers, type, i);
      if (canonical(got) === canonical(expected)) return;
      throw new Error(
        `time ${this.#time}, group ${group}: ${canonical(got)}, expected ${canonical(expected)}`,
      );
    });
  }

  /** A group's rows, each as often as it is there. */
  #rowsOf(group: number): (Pick<HeldRow, "key" | "args"> & { time: number })[] {
    return [...this.#rows.values()]
      .filter((row) => row.group === group)
      .flatMap(({ key, args, times }) => times.map((time) => ({ key, args, time })));
  }

  #restart(): void {
    const checkpoint = new Checkpoint();
    this.#state.save(checkpoint.writer(), GROUPS);
    this.#state = this.#create();
    this.#state.load(checkpoint.reader());
    this.#state.reserve(GROUPS);
  }

  #create(): ReducerState {
    const { definition, appendOnly, options } = this.#case;
    const state = definition.create(this.#types, { appendOnly, options });
    state.reserve(GROUPS);
    return state;
  }
}

function isUnordered(type: string): boolean {
  return type.startsWith("json") || type.startsWith("any");
}

function identity({ group, key, args }: Pick<HeldRow, "group" | "key" | "args">): string {
  return `${group} ${key} ${args.map(canonical).join()}`;
}

/** Keys whose order by bytes is not that of their words. */
function keyWords(key: number): readonly number[] {
  return [(0x0100_0000 * key + (255 - key)) >>> 0, key, 0xffff_ffff, 7];
}

function keyText(key: number): string {
  const bytes = Buffer.alloc(16);
  keyWords(key).forEach((word, i) => bytes.writeUInt32LE(word, 4 * i));
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
