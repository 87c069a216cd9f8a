import { describePlan, type NodeText } from "./describe.ts";
import { factLines, type MoreFacts } from "./explain.ts";
import { type Arrow, type Layout, layeredLayout } from "./layered-layout.ts";
import type { PlanNode } from "./node.ts";

// Lengths are in pixels. A letter's width is that of most fonts with letters of one width; text is fitted to it.
const letterWidth = 7.3;
const lineHeight = 17;
const padding = 12;
const margin = 16;
/** Longer texts go on in the next line, and what needs more lines than this is cut; the tooltip has all of it. */
const lettersMax = 46;
const linesMax = 4;

const style = `
  svg { background: var(--ground); --ground: #ffffff; --ink: #1c2733; --faint: #5b6b7b; --line: #8696a7; --step: #f3f6f9;
    --source: #dcefe4; --output: #e3e6fa; }
  @media (prefers-color-scheme: dark) { svg { --ground: #12181f; --ink: #e6edf3; --faint: #9aa9b8; --line: #66788a;
    --step: #1d2731; --source: #1c3a2b; --output: #2a2f57; } }
  text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink); white-space: pre; }
  .operator { font-weight: bold; } .faint { fill: var(--faint); }
  .box { stroke: var(--line); } .step { fill: var(--step); } .source { fill: var(--source); } .output { fill: var(--output); }
  .arrow { fill: none; stroke: var(--line); stroke-width: 1.5; } marker path { fill: var(--line); }
`;

/**
 * The plan of these outputs as a picture: one SVG that refers to nothing outside itself. Sources are rounded; pointing at
 * a box shows all that is known of it. It follows the reader's light or dark colours.
 */
export function explainSvg(outputs: readonly PlanNode[], more: MoreFacts): string {
  const texts = describePlan(outputs);
  const labels = texts.map(labelOf);
  const layout = layeredLayout(
    labels.map((label, i) => ({
      width: Math.max(...label.map(({ text }) => text.length)) * letterWidth + 2 * padding,
      height: label.length * lineHeight + 2 * padding,
      inputs: texts[i].inputs.map((input) => input - 1),
    })),
  );
  const [width, height] = [layout.width, layout.height].map((length) => Math.ceil(length + 2 * margin));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="${-margin} ${-margin} ${width} ${height}">`,
    "<title>What the script computes</title>",
    `<style>${style}</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ...layout.arrows.map(arrowText),
    ...texts.map((text, i) => boxText(text, labels[i], layout, i, more)),
    "</svg>",
  ].join("\n");
}

/** A line of a box, and how it looks. */
interface Line {
  readonly text: string;
  readonly look: "operator" | "plain" | "faint";
}

function labelOf({ node, title, columns, site }: NodeText): Line[] {
  const [first, ...others] = wrapped(title);
  return [
    { text: first, look: "operator" },
    ...others.map((text) => ({ text, look: "operator" }) as const),
    ...(columns.length === 0 ? [] : wrapped(`→ ${columns.join(", ")}`)).map(
      (text) => ({ text, look: "plain" }) as const,
    ),
    ...(node.site === null ? [] : wrapped(site)).map((text) => ({ text, look: "faint" }) as const),
  ];
}

/** A text in lines, broken at spaces; an over-long word is broken anywhere. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > lettersMax && lines.length < linesMax - 1) {
    const space = rest.lastIndexOf(" ", lettersMax);
    const end = space > lettersMax / 3 ? space : lettersMax;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  lines.push(rest.length > lettersMax ? `${rest.slice(0, lettersMax - 1)}…` : rest);
  return lines;
}

function boxText(
  text: NodeText,
  label: readonly Line[],
  { tops }: Layout,
  i: number,
  more: MoreFacts,
): string {
  const { x, y } = tops[i];
  const { operator } = text.node;
  const kind = operator === "source" || operator === "output" ? operator : "step";
  const width = Math.max(...label.map((line) => line.text.length)) * letterWidth + 2 * padding;
  const height = label.length * lineHeight + 2 * padding;
  const left = x - width / 2;
  const lines = label.map(({ text, look }, row) => {
    const baseline = y + padding + (row + 0.75) * lineHeight;
    const fitted = `textLength="${short(text.length * letterWidth)}" lengthAdjust="spacingAndGlyphs"`;
    const shown = look === "plain" ? "" : ` class="${look}"`;
    return `<text x="${short(left + padding)}" y="${short(baseline)}"${shown} ${fitted}>${escaped(text)}</text>`;
  });
  const all = [`#${text.number} ${text.title}  (${text.site})`, ...factLines(text, more)].join("\n");
  const radius = kind === "source" ? height / 2 : kind === "output" ? 0 : 6;
  return [
    `<g><title>${escaped(all)}</title>`,
    `<rect class="box ${kind}" x="${short(left)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" rx="${short(Math.min(radius, 2 * padding))}"/>`,
    ...lines,
    "</g>",
  ].join("\n");
}

/** Between layers a curve that leaves and enters upright, through layers a straight line. */
function arrowText({ points }: Arrow): string {
  const parts = points.map(({ x, y }, i) => {
    if (i === 0) return `M${short(x)} ${short(y)}`;
    if (i % 2 === 1) return `L${short(x)} ${short(y)}`;
    const from = points[i - 1];
    const middle = short((from.y + y) / 2);
    return `C${short(from.x)} ${middle} ${short(x)} ${middle} ${short(x)} ${short(y)}`;
  });
  return `<path class="arrow" d="${parts.join("")}" marker-end="url(#head)"/>`;
}

function short(length: number): string {
  return String(Math.round(length * 10) / 10);
}

/** Characters that XML cannot hold at all are shown as the sign for that. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
  return text
    .replace(/[&<>]/g, (sign) => entities[sign])
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}
