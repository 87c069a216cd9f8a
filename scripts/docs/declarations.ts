import { mask } from "../tidy/mask.ts";

/** A function, class, interface, type or constant of a module, or a member of one. */
export interface Declaration {
  readonly name: string;
  readonly kind: "function" | "class" | "interface" | "type" | "const" | "member";
  /** The text of its docstring, without the marks of a comment; "" where it has none. */
  readonly doc: string;
  /** Its text up to the body, of a function one for each overload. */
  readonly heads: readonly string[];
  /** What stands in its braces, with the text before it, so that members can be read. */
  readonly body: Scanned | null;
}

/** Source text from `from` to `to`, and the same without comments and strings. */
interface Scanned {
  readonly source: string;
  readonly code: string;
  readonly from: number;
  readonly to: number;
}

const topLevel =
  /^(?:export )?(?:declare )?(?:abstract )?(?:async )?(function|class|interface|type|const) (\w+)/gm;
const member = /^ {2}(?:readonly |get |static |async )*([a-z]\w*|\[Symbol\.\w+\])(?=[?<(:])/gm;

/**
 * The declarations of a module. It reads heads and braces rather than parsing (TypeScript 7 offers no parser to
 * programs), and leans on the formatter: members stand two spaces in.
 */
export function declarationsOf(source: string): Declaration[] {
  const code = mask(source);
  return declarations({ source, code, from: 0, to: code.length }, topLevel, (match) => ({
    kind: match[1] as Declaration["kind"],
    name: match[2],
  }));
}

/** The public members of a class or interface; a getter is one too. */
export function membersOf({ body }: Declaration): Declaration[] {
  if (body === null) return [];
  const members = declarations(body, member, (match) => ({ kind: "member", name: match[1] }));
  return members.filter(({ name, heads }) => name !== "constructor" && !/^declare\b/.test(heads[0]));
}

function declarations(
  text: Scanned,
  pattern: RegExp,
  read: (match: RegExpMatchArray) => Pick<Declaration, "kind" | "name">,
): Declaration[] {
  const found: Declaration[] = [];
  for (const match of text.code.slice(text.from, text.to).matchAll(pattern)) {
    const start = text.from + match.index;
    const { kind, name } = read(match);
    const end = headEnd(text.code, start + match[0].length, kind);
    const head = text.source.slice(start, end).trim();
    const doc = docBefore(text.source, start);
    const last = found.at(-1);
    if (last?.name === name && last.kind === kind && doc === "") {
      found[found.length - 1] = { ...last, heads: [...last.heads, head] };
      continue;
    }
    const body = text.code[end] === "{" ? { ...text, from: end + 1, to: closing(text.code, end) } : null;
    found.push({ name, kind, doc, heads: [head], body });
  }
  return found;
}

/** Behind the head: at the brace that opens the body, or at what ends a declaration without one. */
function headEnd(code: string, from: number, kind: Declaration["kind"]): number {
  for (let i = from; i < code.length; i++) {
    const c = code[i];
    if (c === ";") return i;
    if (c === "(" || c === "[") i = closing(code, i);
    else if (c === "{") {
      if (kind !== "type" && kind !== "const" && !opensType(code, i)) return i;
      i = closing(code, i);
    }
  }
  return code.length;
}

/** A brace behind these opens an object type, and no body. */
function opensType(code: string, brace: number): boolean {
  return /(?:[:|&,<(=[]|=>|\bextends|\breadonly|\bkeyof)\s*$/.test(
    code.slice(Math.max(0, brace - 20), brace),
  );
}

/** The position of the bracket that closes the one at `open`. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if ("([{".includes(code[i])) depth++;
    else if (")]}".includes(code[i]) && --depth === 0) return i;
  }
  return code.length;
}

function docBefore(source: string, start: number): string {
  const lineStart = source.lastIndexOf("\n", start - 1) + 1;
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(source.slice(0, lineStart));
  if (comment === null) return "";
  return comment[1]
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, ""))
    .join("\n")
    .trim();
}
