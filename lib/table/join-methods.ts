import { userSite } from "../base/source-site.ts";
import { GroupMethods } from "./group-methods.ts";
import { type JoinArguments, type JoinResult, joined } from "./join-result.ts";
import type { Table } from "./table.ts";
import { scopeOf } from "./table-scope.ts";
import type { How, JoinMode, Nullable } from "./types.ts";

/** What is said of a join of a table of columns C with one of columns R. */
type Arguments<C, R> = JoinArguments<[left: C, right: R]>;

/** How a table's rows are paired with those of another. */
export abstract class JoinMethods<C> extends GroupMethods<C> {
  /**
   * The pairs of rows that meet all conditions, each an equality between a column or expression of this table and one
   * of the other; null equals null. A table is joined with itself by a callback.
   *
   * Each pair has a key of its own, made of both rows' keys, for as long as it exists; `{ id: pw.keyOf(orders) }` behind
   * the conditions gives it that of one side, where a row has at most one partner.
   *
   * @throws TowpathError TP_JOIN_CONDITION, TP_JOIN_AMBIGUOUS, TP_EXPRESSION_TYPE.
   * @example orders.join(customers, orders.customer.eq(customers.id)).select({ segment: customers.segment })
   * @example staff.join(staff, (person, boss) => person.boss.eq(boss.id)).select((person, boss) => ({ … }))
   */
  join<R>(right: Table<R>, ...conditions: Arguments<C, R>): JoinResult<[left: C, right: R]> {
    return joinTables(this, "inner", right, conditions);
  }

  /** Like `join`, and each row without a match once, the right side null. */
  joinLeft<R>(
    right: Table<R>,
    ...conditions: Arguments<C, R>
  ): JoinResult<[left: C, right: Nullable<R>], "callback"> {
    return joinTables(this, "left", right, conditions);
  }

  /** Like `join`, and each row of the right table without a match once, the left side null. */
  joinRight<R>(
    right: Table<R>,
    ...conditions: Arguments<C, R>
  ): JoinResult<[left: Nullable<C>, right: R], "callback"> {
    return joinTables(this, "right", right, conditions);
  }

  /** Like `join`, and each row of either table without a match once, the other side null. */
  joinOuter<R>(
    right: Table<R>,
    ...conditions: Arguments<C, R>
  ): JoinResult<[left: Nullable<C>, right: Nullable<R>], "callback"> {
    return joinTables(this, "outer", right, conditions);
  }
}

function joinTables<T extends readonly unknown[], H extends How>(
  left: object,
  mode: JoinMode,
  right: object,
  conditions: readonly unknown[],
): JoinResult<T, H> {
  return joined(mode, scopeOf(left), right, conditions, userSite());
}
