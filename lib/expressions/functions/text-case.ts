import { Arena } from "../../base/arena.ts";
import { decodeText } from "../../data/cell.ts";
import type { TextColumn } from "../../data/column.ts";
import { countBytes } from "../../kernels/join-bytes.ts";
import { caseTable, changeCase } from "../../kernels/text-case.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { tagsOf, textColumn, typedFunction } from "./signature.ts";
import { TEXT_HINT } from "./type-rules.ts";

/** Case by Unicode's rules without a locale. ASCII goes through a kernel by a table that the same rules fill. */

export const lower = caseChange((text) => text.toLowerCase());
export const upper = caseChange((text) => text.toUpperCase());
export const swapcase = caseChange((text) => [...text].map(swapped).join(""));
export const title = caseChange(titled);

function swapped(character: string): string {
  const lower = character.toLowerCase();
  return lower === character ? character.toUpperCase() : lower;
}

function titled(text: string, afterLetter: boolean): string {
  let after = afterLetter;
  let result = "";
  for (const character of text) {
    const lower = character.toLowerCase();
    const upper = character.toUpperCase();
    // A letter with an upper case of several ("ß") has only the first of them large.
    const [first = "", ...rest] = upper;
    result += after ? lower : first + rest.join("").toLowerCase();
    after = lower !== upper;
  }
  return result;
}

/** `change` is told whether a letter stands before the text. */
function caseChange(change: (text: string, afterLetter: boolean) => string): FunctionDefinition {
  const table = caseTable((byte, after) => change(String.fromCharCode(byte), after).charCodeAt(0));
  return typedFunction({ takes: ["str"], gives: "str", hint: TEXT_HINT }, ({ args: [operand] }) => {
    return (frame) => {
      const n = frame.length;
      const texts = operand.compute(frame) as TextColumn;
      const starts = new Uint32Array(n);
      const ends = new Uint32Array(n);
      const size = countBytes(texts.starts, texts.ends, -1, n);
      const arena = new Arena(size);
      const next = (row: number) => changeCase(texts, table, row, n, arena.bytes, arena.used, starts, ends);
      let from = 0;
      for (let row = next(0); row < n; row = next(from)) {
        if (row > from) arena.used = ends[row - 1];
        const changed = Buffer.from(
          change(decodeText(texts.bytes, texts.starts[row], texts.ends[row]), false),
        );
        starts[row] = arena.append(changed, 0, changed.length);
        ends[row] = arena.used;
        // Texts may have become longer: there is always room for all that are left.
        arena.reserve(size);
        from = row + 1;
      }
      return textColumn(arena.bytes, starts, ends, tagsOf(texts, n), n);
    };
  });
}
