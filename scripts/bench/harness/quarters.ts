import { headline, table, whole } from "./results.ts";
import { median } from "./statistics.ts";

const GROWTH_MAX = 1.25;

export interface Quarters {
  /** Resident memory in the median of each quarter of the time. */
  readonly quartersMb: readonly number[];
  /** The last one by the second; the first still grows buffers. */
  readonly growth: number;
}

/** Samples of resident memory in MB, of one process or several; throws where there are too few. */
export function quartersOf(samples: readonly (readonly number[])[]): Quarters {
  const quartersMb = [0, 1, 2, 3].map((quarter) =>
    median(
      samples.flatMap((rssMb) => {
        const length = rssMb.length / 4;
        return rssMb.slice(Math.floor(quarter * length), Math.floor((quarter + 1) * length));
      }),
    ),
  );
  if (quartersMb.some((mb) => !(mb > 0)))
    throw new Error("too few rows to measure anything: give more --rows");
  return { quartersMb, growth: quartersMb[3] / quartersMb[1] };
}

/** Prints them; the process fails where memory is not flat. */
export function reportQuarters(
  name: string,
  what: string,
  { quartersMb, growth }: Quarters,
  peakMb: number,
): void {
  console.log(headline(name, what));
  console.log(
    table(
      ["", "1st quarter", "2nd", "3rd", "4th", "4th by 2nd", "peak"],
      [["towpath", ...quartersMb.map(whole), `${growth.toFixed(2)} ×`, whole(peakMb)]],
    ),
  );
  if (growth <= GROWTH_MAX) return;
  console.log(`NOT FLAT: the last quarter needs ${growth.toFixed(2)} × the second`);
  process.exitCode = 1;
}
