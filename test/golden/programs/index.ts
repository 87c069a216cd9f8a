import type { Program } from "../program.ts";
import { chainPrograms } from "./chains.ts";
import { deduplicatePrograms } from "./deduplicate.ts";
import { expressionPrograms } from "./expressions.ts";
import { failurePrograms } from "./failures.ts";
import { groupPrograms } from "./groups.ts";
import { joinPrograms } from "./joins.ts";
import { keyPrograms } from "./keys.ts";
import { manyChangesPrograms } from "./many-changes.ts";
import { orderPrograms } from "./orders.ts";
import { rowPrograms } from "./rows.ts";

/** Every program, by name. */
export const programs: Readonly<Record<string, Program>> = {
  ...expressionPrograms,
  ...rowPrograms,
  ...groupPrograms,
  ...joinPrograms,
  ...deduplicatePrograms,
  ...failurePrograms,
  ...manyChangesPrograms,
  ...keyPrograms,
  ...orderPrograms,
  ...chainPrograms,
};
