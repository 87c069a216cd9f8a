/** What tests of `pw.input` look at. */
import * as pw from "towpath";

export interface Seen {
  readonly row: unknown;
  readonly diff: number;
}

/** What a run of `table` tells a subscriber, time by time. */
export async function timesOf<C>(
  table: pw.Table<C>,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Seen[][]> {
  const times: Seen[][] = [];
  let current: Seen[] = [];
  pw.subscribe(table, {
    onChange: ({ row, diff }) => {
      current.push({ row, diff });
    },
    onTimeEnd: () => {
      times.push(current);
      current = [];
    },
  });
  await Promise.all([pw.run({ monitoring: "none" }), meanwhile()]);
  return times;
}

/** The code of the error that a call throws. */
export function codeOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    return error instanceof pw.TowpathError ? error.code : String(error);
  }
  return "no error";
}
