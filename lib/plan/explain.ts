/** A plan for people to read: as text, and as a Mermaid flowchart. */
import { describePlan, type NodeText } from "./describe.ts";
import type { PlanNode } from "./node.ts";
import type { OutputSpec, SourceSpec } from "./specs.ts";

/** Facts about a source or output beside those that its connector tells, such as settings that it changes. */
export type MoreFacts = (node: PlanNode) => Readonly<Record<string, unknown>>;

/** The plan of these outputs, a paragraph a node, each after those that it reads. */
export function explainText(outputs: readonly PlanNode[], more: MoreFacts): string {
  return describePlan(outputs)
    .map((text) => [`#${text.number} ${text.title}  (${text.site})`, ...factLines(text, more)].join("\n   "))
    .join("\n\n");
}

/** What else is known of a node: what it reads, its columns, its settings. */
export function factLines({ node, inputs, columns, unread }: NodeText, more: MoreFacts): string[] {
  const lines: string[] = [];
  if (inputs.length > 0) lines.push(`reads ${inputs.map((input) => `#${input}`).join(", ")}`);
  if (columns.length > 0) lines.push(`→ ${columns.join(", ")}`);
  if (unread.length > 0) lines.push(`nobody reads ${unread.join(", ")}`);
  if (node.operator === "source" && node.appendOnly) lines.push("rows come and never go");
  for (const [name, value] of Object.entries(factsOf(node, more))) lines.push(`${name}: ${valueText(value)}`);
  return lines;
}

function factsOf(node: PlanNode, more: MoreFacts): Readonly<Record<string, unknown>> {
  if (node.operator !== "source" && node.operator !== "output") return {};
  return { ...(node.options as SourceSpec | OutputSpec).describe, ...more(node) };
}

/** Objects as `name=value` pairs, one level deep; everything else as JSON. */
function valueText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return leafText(value);
  const pairs = Object.entries(value).filter(([, part]) => part !== undefined && typeof part !== "function");
  return pairs.length === 0 ? "none" : pairs.map(([name, part]) => `${name}=${leafText(part)}`).join(", ");
}

function leafText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

/** The plan of these outputs as a Mermaid flowchart: sources rounded, outputs slanted, an arrow for each input. */
export function explainMermaid(outputs: readonly PlanNode[]): string {
  const texts = describePlan(outputs);
  const nodes = texts.map((text) => `  n${text.number}${shapeOf(text)}`);
  const arrows = texts.flatMap(({ number, inputs }) => inputs.map((input) => `  n${input} --> n${number}`));
  return ["flowchart TD", ...nodes, ...arrows].join("\n");
}

function shapeOf({ node, title, columns, site }: NodeText): string {
  const lines = [title, ...(columns.length === 0 ? [] : [`→ ${columns.join(", ")}`]), site];
  const label = `"${lines.map(mermaidText).join("<br/>")}"`;
  if (node.operator === "source") return `([${label}])`;
  return node.operator === "output" ? `[/${label}/]` : `[${label}]`;
}

/** Mermaid reads labels as HTML, with `#` before an entity's name instead of `&`. */
function mermaidText(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "#": "#35;",
    "&": "#amp;",
    '"': "#quot;",
    "<": "#lt;",
    ">": "#gt;",
  };
  return text.replace(/[#&"<>]/g, (sign) => entities[sign]);
}
