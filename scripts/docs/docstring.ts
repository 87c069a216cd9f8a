/** A docstring's parts. */
export interface Docstring {
  readonly text: string;
  readonly returns: string;
  readonly throws: string;
  readonly examples: readonly string[];
}

/** Takes a docstring apart at its tags, which may stand within a line. */
export function parseDocstring(doc: string): Docstring {
  const [text, ...tags] = doc.split(/(?:^|\s)@(?=(?:throws|example|returns)\b)/);
  const parts = tags.map((tag) => {
    const [, name, content] = /^(\w+)\s*([\s\S]*)$/.exec(tag) as RegExpExecArray;
    return { name, content: content.trim() };
  });
  const of = (name: string) => parts.filter((part) => part.name === name).map(({ content }) => content);
  return {
    text: text.trim(),
    returns: of("returns").join(" "),
    throws: of("throws").join("; ").replace(/\s+/g, " "),
    examples: of("example"),
  };
}
