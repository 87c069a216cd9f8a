import { KEY_WORDS } from "../../lib/data/keys.ts";
import { keysOfItems, keysOfPairs, keysOfValues, NO_KEY } from "../../lib/data/row-key.ts";
import type { OracleKey } from "../oracle/table.ts";
import { columnOf } from "../support/batches.ts";
import { keyText } from "../support/capture.ts";

/** The 128 bits that the contract gives a key: of a group the hash of its values, of a pair that of the two keys. */
export class EngineKeys {
  /** What pointers stand for: the keys that were last asked for as such. */
  static readonly #byUuid = new Map<string, OracleKey>();
  readonly #known = new Map<string, Uint32Array>();

  /** The key behind a pointer that came of `uuidOf`. */
  static ofUuid(uuid: string): OracleKey {
    const key = EngineKeys.#byUuid.get(uuid);
    if (key === undefined) throw new Error(`nobody made a pointer of the key ${uuid}`);
    return key;
  }

  textOf(key: OracleKey): string {
    return keyText(this.wordsOf(key));
  }

  /** The key as a pointer's value: its bytes, word by word, the least significant first. */
  uuidOf(key: OracleKey): string {
    const bytes = Buffer.alloc(16);
    this.wordsOf(key).forEach((word, i) => bytes.writeUInt32LE(word, 4 * i));
    const uuid = bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    const known = EngineKeys.#byUuid;
    known.delete(uuid);
    known.set(uuid, key);
    // No program makes nearly as many.
    if (known.size > 200_000) known.delete(known.keys().next().value as string);
    return uuid;
  }

  wordsOf(key: OracleKey): Uint32Array {
    let words = this.#known.get(key.text);
    if (words === undefined) {
      words = this.#make(key);
      this.#known.set(key.text, words);
    }
    return words;
  }

  #make(key: OracleKey): Uint32Array {
    if ("number" in key) return sourceKeyWords(key.source, key.number);
    if ("item" in key) return keysOfItems(this.wordsOf(key.of), Uint32Array.of(key.item), 1);
    if ("left" in key) return keysOfPairs(this.#side(key.left), this.#side(key.right), 1);
    const columns = key.values.map((value, i) =>
      columnOf(key.types[i] as (typeof key.types)[number], [value]),
    );
    return keysOfValues(columns, key.types, 1);
  }

  #side(key: OracleKey | null): Uint32Array {
    return key === null ? NO_KEY : this.wordsOf(key);
  }
}

/** Sources may choose their keys; these differ in every word, some of them little. */
export function sourceKeyWords(source: number, number: number): Uint32Array {
  const words = new Uint32Array(KEY_WORDS);
  for (let w = 0; w < KEY_WORDS; w++) words[w] = Math.imul(source * 1000 + number + 1, 0x9e3779b1 + w * 2);
  return words;
}
