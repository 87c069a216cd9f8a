import { describe, expect, it } from "vitest";
import { type Arrow, type Box, layeredLayout, type Point } from "../../../lib/plan/layered-layout.ts";
import { Rng, seedFrom } from "../../support/rng.ts";

const box = (...inputs: number[]): Box => ({ width: 100, height: 40, inputs });

/** Points of an arrow as it is drawn: straight through layers, cubic curves between them. */
function* drawn({ points }: Arrow): Generator<Point> {
  yield points[0];
  for (let i = 1; i < points.length; i += 2) {
    const [a, b] = [points[i], points[i + 1]];
    for (let t = 0; t <= 1; t += 0.05) {
      const x = a.x + (b.x - a.x) * (3 * t * t - 2 * t * t * t);
      const y = a.y + (b.y - a.y) * (1.5 * t * (1 - t) + t * t * t);
      yield { x, y };
    }
  }
}

function randomBoxes(rng: Rng): Box[] {
  return Array.from({ length: rng.between(1, 30) }, (_, i) => ({
    width: rng.between(40, 300),
    height: rng.between(20, 120),
    inputs: Array.from({ length: i === 0 ? 0 : rng.below(4) }, () => rng.below(i)),
  }));
}

describe("layeredLayout", () => {
  it("has nothing to place", () => {
    expect(layeredLayout([]).arrows).toEqual([]);
  });

  it("puts what is read above its readers, in one line where there is one reader", () => {
    const { tops, arrows } = layeredLayout([box(), box(0), box(1)]);
    expect(new Set(tops.map(({ x }) => x)).size).toBe(1);
    expect(tops.map(({ y }) => y)).toEqual([...tops.map(({ y }) => y)].sort((a, b) => a - b));
    expect(arrows.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it("puts a source just above its first reader, and one arrow where a table is read twice", () => {
    const { tops, arrows } = layeredLayout([box(), box(0), box(), box(1, 2, 2)]);
    expect(tops[2].y).toBe(tops[1].y);
    expect(arrows).toHaveLength(3);
  });

  it("untangles two pairs that were said crosswise", () => {
    const { tops } = layeredLayout([box(), box(), box(1), box(0)]);
    expect(tops[0].x < tops[1].x).toBe(tops[3].x < tops[2].x);
  });

  it("lets no boxes overlap and no arrow run through a box, whatever the plan", () => {
    const seed = seedFrom("TOWPATH_LAYOUT_SEED");
    for (let i = 0; i < 200; i++) {
      const boxes = randomBoxes(new Rng(seed + i));
      const { width, height, tops, arrows } = layeredLayout(boxes);
      const areas = boxes.map((one, n) => ({
        left: tops[n].x - one.width / 2,
        right: tops[n].x + one.width / 2,
        top: tops[n].y,
        bottom: tops[n].y + one.height,
      }));
      const slack = 1e-6;
      areas.forEach((one, n) => {
        const where = `seed ${seed + i}, box ${n}`;
        expect(one.left, where).toBeGreaterThanOrEqual(-slack);
        expect(one.right, where).toBeLessThanOrEqual(width + slack);
        expect(one.bottom, where).toBeLessThanOrEqual(height + slack);
        const apart = (other: typeof one): boolean =>
          one.right < other.left ||
          other.right < one.left ||
          one.bottom < other.top ||
          other.bottom < one.top;
        expect(
          areas.filter((other) => other !== one && !apart(other)),
          where,
        ).toEqual([]);
      });
      for (const arrow of arrows) {
        const where = `seed ${seed + i}, arrow ${arrow.from} to ${arrow.to}`;
        expect(arrow.points[0], where).toEqual({ x: tops[arrow.from].x, y: areas[arrow.from].bottom });
        expect(arrow.points.at(-1), where).toEqual(tops[arrow.to]);
        const inside = ({ x, y }: Point) =>
          areas.some(
            (a) => x > a.left + slack && x < a.right - slack && y > a.top + slack && y < a.bottom - slack,
          );
        expect([...drawn(arrow)].filter(inside), where).toEqual([]);
      }
      expect(arrows).toHaveLength(boxes.reduce((sum, { inputs }) => sum + new Set(inputs).size, 0));
    }
  });
});
