/** A fenced block of a Markdown file. */
export interface CodeBlock {
  readonly language: string;
  /** The words behind the language: `run` and `stream` in "ts run stream". */
  readonly tags: readonly string[];
  readonly text: string;
  /** Line of its opening fence, from 1. */
  readonly line: number;
}

/** A block with what it prints, as the page says. */
export interface Program extends CodeBlock {
  /** The text of the block tagged `output` that follows before any other program; null where there is none. */
  readonly output: string | null;
}

/** All fenced blocks, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; tags: string[]; line: number; lines: string[] } | null = null;
  markdown.split("\n").forEach((text, index) => {
    const fence = /^```(.*)$/.exec(text);
    if (fence === null) open?.lines.push(text);
    else if (open === null) {
      const [language = "", ...tags] = fence[1].trim().split(/\s+/);
      open = { language, tags, line: index + 1, lines: [] };
    } else {
      const { lines, ...head } = open;
      blocks.push({ ...head, text: `${lines.join("\n")}\n` });
      open = null;
    }
  });
  return blocks;
}

/** The TypeScript blocks of a page, each with its output. */
export function programs(markdown: string): Program[] {
  const found: Program[] = [];
  for (const block of codeBlocks(markdown)) {
    const last = found.at(-1);
    if (block.language === "ts") found.push({ ...block, output: null });
    else if (block.tags.includes("output") && last?.output === null)
      found[found.length - 1] = { ...last, output: block.text };
  }
  return found;
}
