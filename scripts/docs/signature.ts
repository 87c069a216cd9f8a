const WIDTH = 110;

/** How types of the sources are said to readers, by their arguments; the others stay. */
const plain: Readonly<Record<string, (args: readonly string[]) => string | null>> = {
  // A value or an expression; the third argument is that of a join's, whose callback may be the only way.
  Given: (args) => (args.length === 2 ? `${args[0]} | Expression<${args[0]}>` : `Said<${args[2]}>`),
  Said: (args) => (args.length === 2 ? `Said<${args[1]}>` : null),
  Expression: (args) => (args.length === 2 ? `Expression<${args[0]}>` : null),
  Result: (args) => `Expression<${args.length === 3 ? args[0] : "number"}>`,
};

/** A declaration's heads as a reader needs them: without `export`, `this`, and type parameters that only compute. */
export function signatures(heads: readonly string[]): string[] {
  const overloads = heads.length > 1 ? heads.slice(0, -1) : heads;
  return [...new Set(overloads.map(signature))];
}

function signature(head: string): string {
  const flat = head
    .replace(/\/\*\*?[\s\S]*?\*\/|\/\/.*$/gm, " ")
    .replace(/\s+/g, " ")
    .replace(/^(?:export |declare |async |function )*/, "")
    .replace(/([(<[]) /g, "$1")
    .replace(/,? ([)>\]])/g, "$1");
  const parts = /^([\w.[\]]+)(?=[<(])/.exec(flat);
  if (parts === null) return rewrite(flat);
  const name = parts[1];
  const generics = flat[name.length] === "<" ? inside(flat, name.length) : "";
  const rest = rewrite(withoutThis(flat.slice(name.length + (generics === "" ? 0 : generics.length + 2))));
  const kept = splitTop(generics).filter((parameter) => {
    const own = /^(?:const )?(\w+)/.exec(parameter)?.[1] ?? "";
    return new RegExp(`\\b${own}\\b`).test(rest);
  });
  return wrapped(name + (kept.length === 0 ? "" : `<${kept.map(rewrite).join(", ")}>`), rest);
}

/** The parameters and the result, without the parameter that tells the compiler what `this` is. */
function withoutThis(text: string): string {
  const list = inside(text, 0);
  const parameters = splitTop(list).filter((parameter) => !/^this: /.test(parameter));
  return `(${parameters.join(", ")})${text.slice(list.length + 2)}`;
}

/** Types as readers know them, from the inside out. */
function rewrite(text: string): string {
  let result = "";
  let i = 0;
  while (i < text.length) {
    const found = /^(\w+)</.exec(text.slice(i));
    const isWord = i === 0 || !/\w/.test(text[i - 1]);
    if (found === null || !isWord) {
      result += text[i++];
      continue;
    }
    const content = inside(text, i + found[1].length);
    const args = splitTop(content).map(rewrite);
    result += plain[found[1]]?.(args) ?? `${found[1]}<${args.join(", ")}>`;
    i += found[0].length + content.length + 1;
  }
  return result;
}

/** What stands between the bracket at `open` and the one that closes it; an arrow's head is none. */
function inside(text: string, open: number): string {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if ("<([{".includes(text[i])) depth++;
    else if (")]}".includes(text[i]) || (text[i] === ">" && text[i - 1] !== "=")) depth--;
    if (depth === 0) return text.slice(open + 1, i);
  }
  return text.slice(open + 1);
}

/** The parts of a list at its own commas. */
function splitTop(list: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < list.length; i++) {
    if ("<([{".includes(list[i])) depth++;
    else if (")]}".includes(list[i]) || (list[i] === ">" && list[i - 1] !== "=")) depth--;
    else if (list[i] === "," && depth === 0) {
      parts.push(list.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(list.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** One line, or one for each parameter. */
function wrapped(name: string, rest: string): string {
  const line = name + rest;
  if (line.length <= WIDTH || rest[0] !== "(") return line;
  const parameters = inside(rest, 0);
  const result = rest.slice(parameters.length + 2);
  return `${name}(\n${splitTop(parameters)
    .map((one) => `  ${one},\n`)
    .join("")})${result}`;
}
