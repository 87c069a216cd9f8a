import { EngineKeys } from "../fuzz/engine-key.ts";
import type { OracleTable } from "./table.ts";

/** The rows under the keys that a pointer column holds. */
export function oracle([table]: readonly [OracleTable], { pointer }: { pointer: number }): OracleTable {
  return table.map(({ row }) => ({ key: EngineKeys.ofUuid(row[pointer] as string), row }));
}
