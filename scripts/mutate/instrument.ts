import { type Mutant, replacements } from "./mutant.ts";
import { parsed, partsOf, type SyntaxNode } from "./syntax.ts";

export interface Instrumented {
  /** The module with all its mutants in it, each asleep until `mutated` says its number. */
  readonly source: string;
  readonly mutants: readonly Mutant[];
}

/** Whether a mutant is awake: chosen by `globalThis.towpathMutated` within a process, else by TOWPATH_MUTANT. */
const prologue =
  "const awake$ = Number(process.env.TOWPATH_MUTANT ?? -1);" +
  "const mutated$ = (n) => globalThis.towpathMutated?.(n) ?? n === awake$;";

/** Puts every mutant into a module, numbered from `first`: an expression becomes a choice between it and its mutants. */
export function instrumented(source: string, file: string, first: number): Instrumented {
  const maker = new Instrumenter(source, file, first);
  maker.visit(parsed(source, file), "program", true);
  return { source: prologue + maker.result(), mutants: maker.mutants };
}

class Instrumenter {
  readonly mutants: Mutant[] = [];
  readonly #source: string;
  readonly #file: string;
  readonly #first: number;
  /** Texts to put in front of positions, and behind; outer ones first in front, last behind. */
  readonly #before = new Map<number, string>();
  readonly #behind = new Map<number, string>();

  constructor(source: string, file: string, first: number) {
    this.#source = source;
    this.#file = file;
    this.#first = first;
  }

  result(): string {
    let text = "";
    for (let at = 0; at <= this.#source.length; at++)
      text += (this.#behind.get(at) ?? "") + (this.#before.get(at) ?? "") + (this.#source[at] ?? "");
    return text;
  }

  /** `atLoad`: outside of all functions. */
  visit(node: SyntaxNode, name: string, atLoad: boolean, isConstructor = false): void {
    if (isType(node) || node.type === "ImportDeclaration") return;
    const choices = this.#choicesOf(node, name, atLoad);
    if (choices !== "") this.#put(this.#before, node.start, `(${choices}`);
    if (node.type === "BlockStatement" && !isConstructor) this.#emptied(node, name);
    const inside = atLoad && !isFunction(node) && node.type !== "PropertyDefinition";
    for (const { name: part, part: below } of partsOf(node)) {
      if (isName(node, part)) continue;
      this.visit(below, part, inside, node.kind === "constructor" || (isConstructor && part === "body"));
    }
    if (choices !== "") this.#behind.set(node.end, `${this.#behind.get(node.end) ?? ""})`);
  }

  #choicesOf(node: SyntaxNode, name: string, atLoad: boolean): string {
    const texts = replacements(node, (part) => this.#textOf(part));
    if (name === "test" && texts.length === 0) texts.push("true", "false");
    return texts.map((text) => `mutated$(${this.#add(node, text, atLoad)}) ? (${text}) : `).join("");
  }

  /** A block whose mutant does nothing: of a function, an if or a loop. A constructor must call its parent's. */
  #emptied(block: SyntaxNode, name: string): void {
    const [first] = block.body as SyntaxNode[];
    if (first === undefined || (name !== "consequent" && name !== "body")) return;
    const number = this.#add(block, "{}", false);
    this.#put(this.#before, first.start, `if (!mutated$(${number})) {`);
    this.#put(this.#before, block.end - 1, "}");
  }

  #add(node: SyntaxNode, to: string, atLoad: boolean): number {
    const number = this.#first + this.mutants.length;
    const line = this.#source.slice(0, node.start).split("\n").length;
    this.mutants.push({ number, file: this.#file, line, from: this.#textOf(node), to, atLoad });
    return number;
  }

  #put(texts: Map<number, string>, at: number, text: string): void {
    texts.set(at, (texts.get(at) ?? "") + text);
  }

  #textOf({ start, end }: SyntaxNode): string {
    return this.#source.slice(start, end);
  }
}

/** Types are gone when the module runs; what stands under `as` and `!` is not. */
function isType({ type }: SyntaxNode): boolean {
  return (
    type.startsWith("TS") &&
    !["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression"].includes(type)
  );
}

function isFunction({ type }: SyntaxNode): boolean {
  return /Function/.test(type);
}

/** Names of properties, and what is assigned to, are no values. */
function isName(node: SyntaxNode, part: string): boolean {
  if (part === "key" || part === "label") return node.computed !== true;
  return (node.type === "AssignmentExpression" && part === "left") || node.type === "UpdateExpression";
}
