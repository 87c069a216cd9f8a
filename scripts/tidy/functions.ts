import { lineAt } from "./mask.ts";

export interface FunctionSpan {
  readonly line: number;
  readonly lines: number;
}

/**
 * The bodies of a module's functions, methods and arrow functions with the lines that they span, in masked text. It
 * looks at what stands before each brace rather than parsing: TypeScript 7 offers no parser to programs. It leans on
 * the formatter, which never leaves a closing brace of a statement in the middle of a line.
 */
export function functionSpans(code: string): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  const open: number[] = [];
  for (let i = 0; i < code.length; i++) {
    if (code[i] === "{") open.push(i);
    if (code[i] !== "}") continue;
    const start = open.pop();
    if (start === undefined) continue;
    const head = headBefore(code, start);
    if (!opensFunction(head.text) || testGroup.test(head.callee)) continue;
    const line = lineAt(code, head.start);
    spans.push({ line, lines: lineAt(code, i) - line + 1 });
  }
  return spans;
}

/**
 * The statement or argument up to the brace at `brace`: from behind the one before it, stepping over brackets that are
 * closed; and the call that it is an argument of, if any.
 */
function headBefore(code: string, brace: number): { text: string; start: number; callee: string } {
  let depth = 0;
  let i = brace - 1;
  for (; i >= 0; i--) {
    const c = code[i];
    if (depth === 0 && (c === ";" || ("},".includes(c) && endsMember(code, i)))) break;
    if (c === ")" || c === "]" || c === "}") depth++;
    if (c === "(" || c === "[" || c === "{") {
      if (depth === 0) break;
      depth--;
    }
  }
  let start = i + 1;
  while (/\s/.test(code[start])) start++;
  const callee = code[i] === "(" ? code.slice(code.lastIndexOf("\n", i) + 1, i) : "";
  return { text: code.slice(start, brace).trim(), start, callee };
}

/** A brace at the end of a line, or a comma behind one: what stands before is another statement, member or argument. */
function endsMember(code: string, i: number): boolean {
  if (code[i] === "," && code[i - 1] !== "}") return false;
  return /^[^\S\n]*(?:\n|$)/.test(code.slice(i + 1, i + 200));
}

const notFunctions =
  /^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:class|interface|namespace|enum)\b|\bclass\b[^()]*$/;
const control = /^(?:\}\s*)?(?:if|else|for|while|do|switch|try|catch|finally|with)\b/;
/** A group of tests is a folder rather than a function. */
const testGroup = /^\s*(?:await\s+)?describe\w*\b/;

function opensFunction(head: string): boolean {
  if (head.endsWith("=>")) return true;
  if (notFunctions.test(head) || control.test(head)) return false;
  if (/(?:[=(,[:?&|<]|\b(?:return|as|satisfies|export|import|type|extends|in|of))$/.test(head)) return false;
  return /\)/.test(head);
}
