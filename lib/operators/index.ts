import { arrange } from "./arrange.ts";
import { concat } from "./concat.ts";
import { filter } from "./filter.ts";
import { groupBy } from "./group-by.ts";
import { join } from "./join.ts";
import type { OperatorDefinition } from "./operator-definition.ts";
import { output } from "./output.ts";
import { select } from "./select.ts";
import { source } from "./source.ts";

/** Every operator, one line each. */
export const operators = {
  arrange,
  concat,
  filter,
  groupBy,
  join,
  output,
  select,
  source,
} as const satisfies Record<string, OperatorDefinition>;
