import { applyAsync } from "./apply-async.ts";
import { arrange } from "./arrange.ts";
import { concat } from "./concat.ts";
import { deduplicate } from "./deduplicate.ts";
import { filter } from "./filter.ts";
import { flatten } from "./flatten.ts";
import { fromStream } from "./from-stream.ts";
import { groupBy } from "./group-by.ts";
import { interpolate } from "./interpolate.ts";
import { join } from "./join.ts";
import { keyBy } from "./key-by.ts";
import type { OperatorDefinition } from "./operator-definition.ts";
import { output } from "./output.ts";
import { reindex } from "./reindex.ts";
import { rekey } from "./rekey.ts";
import { removeErrors } from "./remove-errors.ts";
import { requireMatch } from "./require-match.ts";
import { select } from "./select.ts";
import { sort } from "./sort.ts";
import { source } from "./source.ts";
import { toStream } from "./to-stream.ts";
import { updateRows } from "./update-rows.ts";

/** Every operator, one line each. */
export const operators = {
  applyAsync,
  arrange,
  concat,
  deduplicate,
  filter,
  flatten,
  fromStream,
  groupBy,
  interpolate,
  join,
  keyBy,
  output,
  reindex,
  rekey,
  removeErrors,
  requireMatch,
  select,
  sort,
  source,
  toStream,
  updateRows,
} as const satisfies Record<string, OperatorDefinition>;
