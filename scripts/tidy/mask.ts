/**
 * Replaces what is inside comments, strings, template texts and regular expressions by spaces, so that searches see
 * code only. Length, line breaks and quotes stay, so a position means the same in both texts.
 */
export function mask(source: string): string {
  const out = source.split("");
  const end = source.length;
  /** One entry for each open `${`: how many braces are open inside it. */
  const templates: number[] = [];
  let i = source.startsWith("#!") ? blankTo(out, 0, lineEnd(source, 0)) : 0;
  while (i < end) {
    const c = source[i];
    if (c === "/" && source[i + 1] === "/") i = blankTo(out, i, lineEnd(source, i));
    else if (c === "/" && source[i + 1] === "*") i = blankTo(out, i, after(source, "*/", i + 2));
    else if (c === '"' || c === "'") i = blankInside(out, i, quoteEnd(source, i));
    else if (c === "`") i = template(source, out, i + 1, templates);
    else if (c === "/" && startsRegExp(out, i)) i = blankInside(out, i, regExpEnd(source, i));
    else if (c === "}" && templates.at(-1) === 0) {
      templates.pop();
      i = template(source, out, i + 1, templates);
    } else {
      if (templates.length > 0 && (c === "{" || c === "}"))
        templates[templates.length - 1] += c === "{" ? 1 : -1;
      i++;
    }
  }
  return out.join("");
}

/** Blanks template text from `i` to the closing backtick or the next `${`, and returns the position behind it. */
function template(source: string, out: string[], i: number, templates: number[]): number {
  let k = i;
  while (k < source.length && source[k] !== "`") {
    if (source[k] === "$" && source[k + 1] === "{") {
      templates.push(0);
      blankTo(out, i, k);
      return k + 2;
    }
    k += source[k] === "\\" ? 2 : 1;
  }
  blankTo(out, i, k);
  return k + 1;
}

function blankTo(out: string[], start: number, end: number): number {
  for (let i = start; i < end && i < out.length; i++) if (out[i] !== "\n") out[i] = " ";
  return end;
}

function blankInside(out: string[], start: number, end: number): number {
  blankTo(out, start + 1, end - 1);
  return end;
}

function lineEnd(source: string, i: number): number {
  const found = source.indexOf("\n", i);
  return found < 0 ? source.length : found;
}

function after(source: string, text: string, i: number): number {
  const found = source.indexOf(text, i);
  return found < 0 ? source.length : found + text.length;
}

function quoteEnd(source: string, start: number): number {
  let i = start + 1;
  while (i < source.length && source[i] !== source[start] && source[i] !== "\n")
    i += source[i] === "\\" ? 2 : 1;
  return i + 1;
}

function regExpEnd(source: string, start: number): number {
  let inClass = false;
  for (let i = start + 1; i < source.length && source[i] !== "\n"; i++) {
    if (source[i] === "\\") i++;
    else if (source[i] === "[") inClass = true;
    else if (source[i] === "]") inClass = false;
    else if (source[i] === "/" && !inClass) return i + 1;
  }
  return start + 1;
}

const wordsBeforeRegExp =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|yield|await)$/;

/** A slash divides when a value stands before it: a name, a number, a string or a closing bracket. */
function startsRegExp(out: readonly string[], at: number): boolean {
  let i = at - 1;
  while (i >= 0 && /\s/.test(out[i])) i--;
  if (i < 0) return true;
  if (!/[\w$)\]}"'`]/.test(out[i])) return true;
  return wordsBeforeRegExp.test(out.slice(Math.max(0, i - 10), i + 1).join(""));
}

/** The line (from 1) of a position. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < position; i = text.indexOf("\n", i + 1)) line++;
  return line;
}
