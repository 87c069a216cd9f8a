/** Lines over time as SVG text: no dependencies, readable on light and dark pages. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly Point[];
    readonly isOurs: boolean;
  }[];
  /** Events, as vertical lines. */
  readonly marks: readonly { readonly x: number; readonly text: string }[];
}

const WIDTH = 720;
const HEIGHT = 320;
const LEFT = 64;
const TOP = 48;
const RIGHT = 24;
const BOTTOM = 64;
const TICKS = 5;

const style = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .note { font-size: 11px; fill: #6e7781; }
  .line { fill: none; stroke-width: 2; }
  .ours { stroke: #1f7a4d; } .other { stroke: #8c959f; stroke-dasharray: 5 3; } .mark { stroke: #cf222e; }
  .axis { stroke: #d0d7de; } .back { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .note { fill: #8d96a0; }
    .ours { stroke: #3fb27f; } .other { stroke: #8d96a0; } .mark { stroke: #ff7b72; }
    .axis { stroke: #30363d; } .back { fill: #0d1117; }
  }`;

export function lineChart({ title, xLabel, yLabel, lines, marks }: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const xMax = Math.max(...points.map(({ x }) => x));
  const step = roundStep(Math.max(1, ...points.map(({ y }) => y)) / TICKS);
  const yMax = step * TICKS;
  const x = (value: number): string => (LEFT + ((WIDTH - LEFT - RIGHT) * value) / xMax).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * value) / yMax).toFixed(1);
  const parts = [
    `<text class="title" x="${LEFT}" y="24">${title}</text>`,
    `<text class="note" x="${LEFT}" y="40">${yLabel}</text>`,
    `<text class="note" x="${WIDTH - RIGHT}" y="${HEIGHT - BOTTOM + 34}" text-anchor="end">${xLabel}</text>`,
  ];
  for (let tick = 0; tick <= TICKS; tick++) {
    const at = step * tick;
    parts.push(`<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(at)}" y2="${y(at)}"/>`);
    parts.push(`<text class="note" x="${LEFT - 6}" y="${y(at)}" text-anchor="end">${at}</text>`);
  }
  for (let second = 0; second <= xMax; second += 2) {
    parts.push(
      `<text class="note" x="${x(second)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${second}</text>`,
    );
  }
  for (const mark of marks) {
    parts.push(
      `<line class="mark" x1="${x(mark.x)}" x2="${x(mark.x)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`,
    );
    parts.push(`<text class="note" x="${Number(x(mark.x)) + 4}" y="${TOP + 10}">${mark.text}</text>`);
  }
  lines.forEach((line, i) => {
    const kind = line.isOurs ? "ours" : "other";
    const path = line.points.map((point) => `${x(point.x)},${y(point.y)}`).join(" ");
    const legend = HEIGHT - 26 + 16 * i;
    parts.push(`<polyline class="line ${kind}" points="${path}"/>`);
    parts.push(`<line class="line ${kind}" x1="${LEFT}" x2="${LEFT + 28}" y1="${legend}" y2="${legend}"/>`);
    parts.push(`<text x="${LEFT + 36}" y="${legend + 4}">${line.name}</text>`);
  });
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="name">`;
  const back = `<rect class="back" width="${WIDTH}" height="${HEIGHT}"/>`;
  return `${[open, `<title id="name">${title}</title>`, `<style>${style}\n</style>`, back, ...parts, "</svg>"].join("\n")}\n`;
}

/** The smallest of 1, 2, 2.5 and 5, times a power of ten, that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 2.5, 5].find((factor) => factor * power >= least) ?? 10);
}
