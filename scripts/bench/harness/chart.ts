/** Bar charts as SVG text, for one benchmark each: no dependencies, readable on light and dark pages. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as it is written beside the bar. */
  readonly text: string;
  /** Drawn in the accent colour. */
  readonly isOurs: boolean;
}

export interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LABEL_WIDTH = 170;
const TEXT_WIDTH = 110;
const BAR_HEIGHT = 18;
const BAR_STEP = 24;
const TITLE_HEIGHT = 34;
const MARGIN = 16;

const style = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; }
  .note { font-size: 11px; fill: #6e7781; }
  .ours { fill: #1f7a4d; } .other { fill: #a8b3bd; } .back { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .note { fill: #8d96a0; }
    .ours { fill: #3fb27f; } .other { fill: #57606a; } .back { fill: #0d1117; }
  }`;

/** One panel below the other, and a line of small print. */
export function barCharts(panels: readonly Panel[], note: string): string {
  const parts: string[] = [];
  let y = MARGIN;
  for (const panel of panels) {
    parts.push(`<text class="title" x="${MARGIN}" y="${y + 16}">${escaped(panel.title)}</text>`);
    y += TITLE_HEIGHT;
    parts.push(...bars(panel.bars, y));
    y += panel.bars.length * BAR_STEP + MARGIN;
  }
  parts.push(`<text class="note" x="${MARGIN}" y="${y + 10}">${escaped(note)}</text>`);
  const height = y + 10 + MARGIN;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="name">`;
  const name = `<title id="name">${escaped(panels.map(({ title }) => title).join("; "))}</title>`;
  const back = `<rect class="back" width="${WIDTH}" height="${height}"/>`;
  return `${[open, name, `<style>${style}\n</style>`, back, ...parts, "</svg>"].join("\n")}\n`;
}

function bars(list: readonly Bar[], top: number): string[] {
  const room = WIDTH - LABEL_WIDTH - TEXT_WIDTH - 2 * MARGIN;
  const largest = Math.max(...list.map(({ value }) => value));
  return list.map(({ label, value, text, isOurs }, i) => {
    const y = top + i * BAR_STEP;
    const x = MARGIN + LABEL_WIDTH;
    const width = Math.max(1, (room * value) / largest).toFixed(1);
    const baseline = y + BAR_HEIGHT - 5;
    return [
      `<text x="${x - 8}" y="${baseline}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${isOurs ? "ours" : "other"}" x="${x}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
      `<text x="${(x + Number(width) + 8).toFixed(1)}" y="${baseline}">${escaped(text)}</text>`,
    ].join("\n");
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
