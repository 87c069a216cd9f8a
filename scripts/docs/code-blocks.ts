/** A fenced block of a Markdown file. */
export interface CodeBlock {
  readonly language: string;
  /** The words behind the language: `run` and `stream` in "ts run stream". */
  readonly tags: readonly string[];
  readonly text: string;
  /** Line of its opening fence, from 1. */
  readonly line: number;
}

/** A message that a page shows. */
export interface PageMessage {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** A block with what it prints, and what its topics hold before, as the page says. */
export interface Program extends CodeBlock {
  /** The text of the block tagged `output` that follows before any other program; null where there is none. */
  readonly output: string | null;
  /** The text of the block tagged `log` that follows it: what goes to standard error. */
  readonly log: string;
  /** The messages of the blocks that stand between it and the program before it. */
  readonly messages: readonly PageMessage[];
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

/** The TypeScript blocks of a page, each with its output and its messages. */
export function programs(markdown: string): Program[] {
  const found: Program[] = [];
  let messages: PageMessage[] = [];
  for (const block of codeBlocks(markdown)) {
    const last = found.at(-1);
    if (block.language === "ts") {
      found.push({ ...block, output: null, log: "", messages });
      messages = [];
    } else if (block.tags[0] === "topic") {
      messages.push(...messagesOf(block));
    } else if (block.tags.includes("output") && last?.output === null) {
      found[found.length - 1] = { ...last, output: block.text };
    } else if (block.tags.includes("log") && last !== undefined) {
      found[found.length - 1] = { ...last, log: block.text };
    }
  }
  return found;
}

/**
 * The messages of a block tagged `topic NAME [PARTITION] [keyed]`, one a line. In a keyed one a line is `KEY | PAYLOAD`;
 * nothing behind the bar is no payload.
 */
function messagesOf({ tags: [, topic, ...more], text }: CodeBlock): PageMessage[] {
  const partition = Number(more.find((tag) => /^\d+$/.test(tag)) ?? 0);
  const keyed = more.includes("keyed");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      if (!keyed) return { topic, partition, key: null, value: line };
      const bar = line.indexOf("|");
      const value = line.slice(bar + 1).trim();
      return { topic, partition, key: line.slice(0, bar).trim() || null, value: value || null };
    });
}
