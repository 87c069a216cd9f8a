import { describe, expect, it } from "vitest";
import { explainSvg } from "../../../lib/plan/explain-svg.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { addOutput } from "../../../lib/table/output.ts";
import { reducers } from "../../../lib/table/reducers.ts";
import { schema } from "../../../lib/table/schema.ts";
import { customers, orders, outputSpec, tableOf } from "../table/tables.ts";

const svgOf = (table: object): string => explainSvg([addOutput(table, outputSpec)], () => ({}));

/** The names of all elements, in order; throws where a tag is closed that is not open, or an entity is none of XML's. */
function elementsOf(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  for (const [tag, closing, name, empty] of xml.matchAll(/<(\/?)([a-zA-Z]+)[^<>]*?(\/?)>/g)) {
    if (closing === "/" && open.pop() !== name) throw new Error(`${tag} closes what is not open`);
    if (closing === "" && empty === "") open.push(name);
    if (closing === "") names.push(name);
  }
  if (open.length > 0) throw new Error(`${open.join()} left open`);
  const bare = xml.replace(/<\/?[a-zA-Z]+[^<>]*>/g, "").replace(/&(amp|lt|gt);/g, "");
  if (/[<&]/.test(bare)) throw new Error("a sign is not escaped");
  return names;
}

describe("explainSvg", () => {
  it("draws a box for each node and an arrow for each input, and refers to nothing outside", () => {
    const svg = graph(() => {
      const [o, c] = [orders(), customers()];
      const bySegment = o
        .join(c, o.customer.eq(c.id))
        .groupBy(c.segment)
        .reduce({ segment: c.segment, total: reducers.sum(o.amount) });
      return svgOf(bySegment);
    });
    const names = elementsOf(svg);
    // Two sources, the join, the groupBy, the output.
    expect(names.filter((name) => name === "rect")).toHaveLength(5);
    expect(svg.match(/<path class="arrow"/g)).toHaveLength(4);
    expect(svg).toContain(">groupBy segment: sum(amount)</text>");
    expect(svg.match(/class="box (source|output|step)"/g)).toEqual([
      'class="box source"',
      'class="box source"',
      'class="box step"',
      'class="box step"',
      'class="box output"',
    ]);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|href|@import|<script/);
  });

  it("is the same for the same plan", () => {
    const draw = () => graph(() => svgOf(orders().filter((o) => o.amount.gt(3))));
    expect(draw()).toBe(draw());
  });

  it("escapes what users wrote, and shows what XML cannot hold as the sign for that", () => {
    const name = 'a<b>&"\u0001';
    const svg = graph(() => svgOf(tableOf(schema({ n: "int" })).select(({ n }) => ({ [name]: n.add(1) }))));
    expect(() => elementsOf(svg)).not.toThrow();
    expect(svg).toContain('a&lt;b&gt;&amp;"\ufffd');
    expect(svg).not.toContain("\u0001");
  });

  it("breaks long titles, cuts what is too long, and keeps all of it in the tooltip", () => {
    const names = Array.from({ length: 60 }, (_, i) => `column${i}`);
    const svg = graph(() => {
      const table = tableOf(
        schema(Object.fromEntries(names.map((name) => [name, "int"])) as Record<"column0", "int">),
      );
      return svgOf(table.without("column0"));
    });
    const shown = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
    expect(Math.max(...shown.map((text) => text.length))).toBeLessThanOrEqual(46);
    expect(shown.some((text) => text.endsWith("…"))).toBe(true);
    const tooltips = [...svg.matchAll(/<title>([^<]*)<\/title>/g)].map(([, text]) => text);
    expect(tooltips.some((text) => names.slice(1).every((name) => text.includes(`${name} int`)))).toBe(true);
  });
});
