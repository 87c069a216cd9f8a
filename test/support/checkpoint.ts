import { STATE_PAGE, type StateArray, type StateReader, type StateWriter } from "../../lib/data/state.ts";
import { TowpathError } from "../../lib/errors.ts";

type Saved =
  | { readonly kind: "array"; readonly array: StateArray }
  | { readonly kind: "value"; readonly json: string };

/**
 * A checkpoint in memory: what `save` wrote, and what `load` reads.
 *
 * Arrays are copied and values pass through JSON, so that nothing is shared between the saved graph and the loaded
 * one. It holds writers to their contract: unique names, and pages that are told to be clean must not have changed.
 */
export class Checkpoint {
  readonly #saved = new Map<string, Saved>();
  readonly #previous: Checkpoint | null;
  readonly #since: number;

  /** `previous` is the checkpoint that this one is added to. */
  constructor(previous: Checkpoint | null = null, since = -1) {
    this.#previous = previous;
    this.#since = since;
  }

  writer(prefix = ""): StateWriter {
    return {
      since: this.#since,
      array: (name, array, length, dirty) => this.#putArray(`${prefix}${name}`, array, length, dirty),
      value: (name, value) =>
        this.#put(`${prefix}${name}`, { kind: "value", json: JSON.stringify(value) ?? "null" }),
      scope: (name) => this.writer(`${prefix}${name}/`),
    };
  }

  reader(prefix = ""): StateReader {
    return {
      float64: (name, capacity = 0) => this.#copy(`${prefix}${name}`, Float64Array, capacity),
      uint32: (name, capacity = 0) => this.#copy(`${prefix}${name}`, Uint32Array, capacity),
      int32: (name, capacity = 0) => this.#copy(`${prefix}${name}`, Int32Array, capacity),
      uint8: (name, capacity = 0) => this.#copy(`${prefix}${name}`, Uint8Array, capacity),
      value: (name) => this.#value(`${prefix}${name}`),
      scope: (name) => this.reader(`${prefix}${name}/`),
    };
  }

  #putArray(name: string, array: StateArray, length: number, dirty: Uint8Array | undefined): void {
    if (length > array.length) throw new Error(`state "${name}" says ${length} elements of ${array.length}`);
    const copy = array.slice(0, length) as StateArray;
    if (dirty !== undefined && this.#previous !== null) this.#checkClean(name, copy, dirty, this.#previous);
    this.#put(name, { kind: "array", array: copy });
  }

  #checkClean(name: string, array: StateArray, dirty: Uint8Array, previous: Checkpoint): void {
    const before = previous.#saved.get(name);
    for (let i = 0; i < array.length; i++) {
      if (dirty[Math.floor(i / STATE_PAGE)] !== 0) continue;
      if (before?.kind !== "array" || !Object.is(before.array[i], array[i])) {
        throw new Error(`state "${name}" changed at ${i}, in a page that is told to be clean`);
      }
    }
  }

  #put(name: string, saved: Saved): void {
    if (this.#saved.has(name)) throw new Error(`state "${name}" is written twice`);
    this.#saved.set(name, saved);
  }

  #value(name: string): unknown {
    const saved = this.#saved.get(name);
    if (saved?.kind !== "value")
      throw new TowpathError("TP_STATE_FORMAT", `the state holds no value "${name}"`);
    return JSON.parse(saved.json);
  }

  #copy<T extends StateArray>(name: string, Type: new (length: number) => T, capacity: number): T {
    const saved = this.#saved.get(name);
    if (saved?.kind !== "array" || !(saved.array instanceof Type)) {
      throw new TowpathError("TP_STATE_FORMAT", `the state holds no ${Type.name} "${name}"`);
    }
    const copy = new Type(Math.max(saved.array.length, capacity));
    copy.set(saved.array);
    return copy;
  }
}
