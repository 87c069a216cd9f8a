import type { Columns } from "../data/schema.ts";
import type { SourceSpec } from "../plan/specs.ts";
import { tableFromSource } from "../table/source.ts";
import type { Table } from "../table/table.ts";
import { type Complain, checkChanges, type GivenChange, GivenRows, textOfValues } from "./given-rows.ts";

/** The connector name of tables whose rows are given in the script. */
export const GIVEN = "debug";

/** A table of given changes; `complain` makes the error for a change that does not fit those before it. */
export function givenTable<C>(
  columns: Columns,
  changes: readonly GivenChange[],
  complain: Complain,
): Table<C> {
  checkChanges(changes, complain);
  const spec: SourceSpec = {
    connector: GIVEN,
    name: GIVEN,
    describe: { rows: changes.length },
    identity: changes.map(
      ({ time, diff, key, values }) => `${time} ${diff} ${key.join()} ${textOfValues(values)}`,
    ),
    appendOnly: changes.every(({ diff }) => diff > 0),
    create: (needed) => new GivenRows(GIVEN, columns, changes, needed),
  };
  return tableFromSource<C>(columns, spec);
}
