/** `npm run bench -- spike sums`: nanoseconds a row and bytes a group of float sums, and that the exact ones are. */

import { randomFrom } from "../harness/random.ts";
import { cpuMs } from "./cpu-clock.ts";
import {
  addToChunks,
  binSpillSlot,
  CHUNKS,
  carry,
  roundChunks,
  Spill,
  sumBins,
  sumExpansion,
  sumNeal,
  sumNeumaier,
  sumPlain,
} from "./sums.ts";

const ROWS = 1 << 20;
const BATCH = 16_384;

interface Rows {
  groups: Int32Array;
  values: Float64Array;
  diffs: Int32Array;
}

/** Rows of one shape; each retraction takes back a value that its group holds. */
function rows(kind: "money" | "wide", groupCount: number, retractions: number): Rows {
  const random = randomFrom(0x9e3779b9);
  const groups = new Int32Array(ROWS);
  const values = new Float64Array(ROWS);
  const diffs = new Int32Array(ROWS);
  const live: number[] = [];
  for (let i = 0; i < ROWS; i++) {
    if (live.length > 0 && random() < retractions) {
      const pick = Math.floor(random() * live.length);
      const from = live[pick];
      live[pick] = live[live.length - 1];
      live.pop();
      groups[i] = groups[from];
      values[i] = values[from];
      diffs[i] = -1;
      continue;
    }
    groups[i] = Math.floor(random() * groupCount);
    values[i] =
      kind === "money"
        ? Math.floor(random() * 1_000_000) / 100
        : (random() - 0.5) * 2 ** Math.floor(random() * 600 - 300);
    diffs[i] = 1;
    live.push(i);
  }
  return { groups, values, diffs };
}

interface Method {
  name: string;
  width: number;
  run(
    state: Float64Array,
    groups: Int32Array,
    values: Float64Array,
    diffs: Int32Array,
    n: number,
    spill: Spill,
  ): void;
  read(state: Float64Array, group: number, spill: Spill): number;
}

/** Rounds an exact sum of a few doubles through a superaccumulator. */
function roundParts(parts: number[], spill: Spill, slot: number | undefined): number {
  const chunks = new Float64Array(CHUNKS);
  if (slot !== undefined) chunks.set(spill.chunks.subarray(slot * CHUNKS, (slot + 1) * CHUNKS));
  carry(chunks, 0);
  for (const part of parts) addToChunks(chunks, 0, part);
  return roundChunks(chunks, 0);
}

const methods: Method[] = [
  { name: "plain", width: 1, run: sumPlain, read: (state, group) => state[group] },
  {
    name: "Neumaier",
    width: 2,
    run: sumNeumaier,
    read: (state, group) => state[group * 2] + state[group * 2 + 1],
  },
  {
    name: "expansion of 2 + spill",
    width: 2,
    run: sumExpansion,
    read: (state, group, spill) =>
      Number.isNaN(state[group * 2])
        ? roundParts([], spill, state[group * 2 + 1])
        : roundParts([state[group * 2], state[group * 2 + 1]], spill, undefined),
  },
  {
    name: "3 bins + spill",
    width: 3,
    run: sumBins,
    read: (state, group, spill) =>
      roundParts(
        [state[group * 3], state[group * 3 + 1], state[group * 3 + 2]],
        spill,
        binSpillSlot(group, spill),
      ),
  },
  {
    name: "Neal, 68 chunks",
    width: CHUNKS,
    run: sumNeal,
    read: (state, group) => roundChunks(state, group * CHUNKS),
  },
];

function measure(
  method: Method,
  data: Rows,
  groupCount: number,
): { ns: number; bytes: number; state: Float64Array; spill: Spill } {
  let best = Number.POSITIVE_INFINITY;
  let state = new Float64Array(0);
  let spill = new Spill();
  for (let round = 0; round < 5; round++) {
    state = new Float64Array(groupCount * method.width);
    spill = new Spill();
    const started = cpuMs();
    for (let from = 0; from < ROWS; from += BATCH) {
      const to = from + BATCH;
      method.run(
        state,
        data.groups.subarray(from, to),
        data.values.subarray(from, to),
        data.diffs.subarray(from, to),
        BATCH,
        spill,
      );
    }
    best = Math.min(best, cpuMs() - started);
  }
  const bytes = method.width * 8 + (spill.count * CHUNKS * 8) / groupCount;
  return { ns: (best * 1e6) / ROWS, bytes, state, spill };
}

/** Runs every method over every shape; "differs" counts groups whose sum is not the correctly rounded one. */
export function benchSums(print: (line: string) => void): void {
  print(
    "values, groups, retractions | method | ns/row | bytes/group | groups spilt | groups that differ from exact",
  );
  for (const kind of ["money", "wide"] as const) {
    for (const groupCount of [5, 100_000]) {
      for (const retractions of [0, 0.4]) {
        const data = rows(kind, groupCount, retractions);
        const exact = new Float64Array(groupCount * CHUNKS);
        for (let from = 0; from < ROWS; from += BATCH) {
          sumNeal(
            exact,
            data.groups.subarray(from),
            data.values.subarray(from),
            data.diffs.subarray(from),
            BATCH,
          );
          if (groupCount === 5) for (let g = 0; g < 5; g++) carry(exact, g * CHUNKS);
        }
        for (const method of methods) {
          const { ns, bytes, state, spill } = measure(method, data, groupCount);
          let differs = 0;
          for (let g = 0; g < groupCount; g++) {
            if (method.read(state, g, spill) !== roundChunks(exact, g * CHUNKS)) differs++;
          }
          print(
            `${kind}, ${groupCount}, ${retractions * 100} % | ${method.name} | ${ns.toFixed(1)} | ${bytes.toFixed(0)} | ${spill.count} | ${differs}`,
          );
        }
      }
    }
  }
}
