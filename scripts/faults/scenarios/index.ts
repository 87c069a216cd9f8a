import type { Scenario } from "../scenario.ts";
import { brokerKilled, brokerPaused, brokerRestarted } from "./broker.ts";
import { crashed } from "./crash-points.ts";
import { damagedState, diskFull } from "./disk.ts";
import { killed } from "./killed.ts";
import { groupRebalances } from "./rebalances.ts";
import { partitionsGrow, retentionPassed } from "./topics.ts";

export const scenarios: readonly Scenario[] = [
  killed,
  crashed,
  brokerKilled,
  brokerRestarted,
  brokerPaused,
  diskFull,
  damagedState,
  partitionsGrow,
  retentionPassed,
  ...groupRebalances,
];
