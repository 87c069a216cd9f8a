import { TextColumn } from "../../data/column.ts";
import { countBytes, emptyTagged, joinTexts } from "../../kernels/join-bytes.ts";
import type { Compute } from "../frame.ts";
import { type Call, cellsOf, maskOf } from "./function-definition.ts";
import { strictTags } from "./outcome.ts";

/** `a.add(b)` of two texts: their bytes, one after the other. */
export function compileConcatenation(call: Call): Compute {
  const [x, y] = call.args;
  const xMask = maskOf(x);
  const yMask = maskOf(y);
  return (frame) => {
    const n = frame.length;
    const a = cellsOf(x, frame) as TextColumn;
    const b = cellsOf(y, frame) as TextColumn;
    const size = countBytes(a.starts, a.ends, xMask, n) + countBytes(b.starts, b.ends, yMask, n);
    const bytes = new Uint8Array(size);
    const starts = new Uint32Array(n);
    const ends = new Uint32Array(n);
    joinTexts(a.bytes, a.starts, a.ends, xMask, b.bytes, b.starts, b.ends, yMask, n, bytes, starts, ends);
    const tags = strictTags([a, b], [xMask, yMask], n);
    if (tags !== null) emptyTagged(tags, n, starts, ends);
    return new TextColumn(bytes, starts, ends, tags);
  };
}
