import { FRAME_HEAD, frameOf, scanFrames } from "../../../lib/persistence/frames.ts";
import { decodeRecord, encodeRecord } from "../../../lib/persistence/journal-record.ts";
import { mutated } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const payloads = [
  encodeRecord({ kind: "commit", time: 2, source: "orders", range: { "0": [0, 17], __proto__: null } }),
  encodeRecord({ kind: "flushed", time: 2 }),
  Buffer.from('{"kind":"plan","plan":{"operators":{"__proto__":{"polluted":1}},"sources":{}}}'),
];
let durable = 0;
const whole = Buffer.concat(
  payloads.map((payload, i) => {
    const frame = frameOf(payload, i + 1, durable);
    durable += frame.length;
    return frame;
  }),
);

/** Journals: what a crash or a damage leaves is read up to there, and every frame that is read is whole. */
export const journal: FuzzTarget = {
  name: "journal",
  make: (rng) =>
    mutated(rng, [whole, whole.subarray(0, -9), ...payloads], ["\x93TPJ", '"kind":"', '"time":', "null"]),
  run(bytes) {
    const buffer = Buffer.from(bytes);
    const { frames, end } = scanFrames(buffer, 0);
    const size = frames.reduce((sum, { payload }) => sum + FRAME_HEAD + payload.length, 0);
    if (size !== end) throw new Error(`the frames are ${size} bytes, and end at ${end}`);
    for (const { payload } of frames) decodeRecord(payload);
    decodeRecord(buffer);
  },
};
