/**
 * Linear interpolation of the cells tagged `missing`, between the known points before and after them; where only one
 * is known, its value; where none is, the tag stays. `beforeNodes[i]` and `afterNodes[i]` are 0 for none.
 *
 *   out = v0 + (t − t0) (v1 − v0) / (t1 − t0), and v0 where t1 = t0
 */
export function interpolateCells(
  times: Float64Array,
  beforeNodes: Uint32Array,
  beforeTimes: Float64Array,
  beforeValues: Float64Array,
  afterNodes: Uint32Array,
  afterTimes: Float64Array,
  afterValues: Float64Array,
  n: number,
  missing: number,
  values: Float64Array,
  tags: Uint8Array,
): void {
  for (let i = 0; i < n; i++) {
    if (tags[i] !== missing || (beforeNodes[i] === 0 && afterNodes[i] === 0)) continue;
    tags[i] = 0;
    if (beforeNodes[i] === 0) values[i] = afterValues[i];
    else if (afterNodes[i] === 0 || afterTimes[i] === beforeTimes[i]) values[i] = beforeValues[i];
    else {
      const rise = (times[i] - beforeTimes[i]) * (afterValues[i] - beforeValues[i]);
      values[i] = beforeValues[i] + rise / (afterTimes[i] - beforeTimes[i]);
    }
  }
}
