import { describe, expect, it } from "vitest";
import { type Declaration, declarationsOf, membersOf } from "../../scripts/docs/declarations.ts";
import { parseDocstring } from "../../scripts/docs/docstring.ts";
import { exportedNames, placeOf } from "../../scripts/docs/modules.ts";
import { referencePage } from "../../scripts/docs/reference-page.ts";
import { signatures } from "../../scripts/docs/signature.ts";
import { typeMembers } from "../../scripts/docs/type-members.ts";

const module = `
/** Not of the function. */

const text = "export function no(a: string): void {";

/**
 * Takes things.
 *
 * @throws TowpathError TP_A;
 *   TP_B.
 * @example take(1)
 * @example take("2")
 */
export function take(a: number): { readonly b: string };
export function take(a: string): { readonly b: string };
export function take(a: unknown): { readonly b: string } {
  return { b: String(a) };
}

export interface Options<T extends { x: number }> {
  /** The first. */
  readonly one?: string;
  readonly two: { readonly three: T };
  /** Is called. @example four(1) */
  four(five: number): void;
}

export class Thing {
  #hidden = 1;
  declare readonly shape: string;

  constructor(hidden: number) {
    this.#hidden = hidden;
  }

  /** How much it is. */
  get size(): number {
    return this.#hidden;
  }

  /** Doubled. */
  async twice<const A extends readonly string[]>(this: Thing, ...names: A): Promise<number> {
    return names.length * 2 * this.#hidden;
  }
}

export type Alias = "a" | { readonly b: Thing };
`;

const named = (name: string) =>
  declarationsOf(module).find((declaration) => declaration.name === name) as Declaration;

describe("declarations", () => {
  it("are those of the module, with kinds and docstrings", () => {
    const found = declarationsOf(module).map(({ kind, name, doc }) => [kind, name, doc.split("\n")[0]]);
    expect(found).toEqual([
      ["const", "text", "Not of the function."],
      ["function", "take", "Takes things."],
      ["interface", "Options", ""],
      ["class", "Thing", ""],
      ["type", "Alias", ""],
    ]);
  });

  it("have a head for each overload", () => {
    expect(named("take").heads).toHaveLength(3);
    expect(signatures(named("take").heads)).toEqual([
      "take(a: number): { readonly b: string }",
      "take(a: string): { readonly b: string }",
    ]);
    expect(signatures(named("Alias").heads)).toEqual(['type Alias = "a" | { readonly b: Thing }']);
  });

  it("have their public members", () => {
    expect(membersOf(named("Options")).map(({ heads, doc }) => [heads[0], doc.slice(0, 10)])).toEqual([
      ["readonly one?: string", "The first."],
      ["readonly two: { readonly three: T }", ""],
      ["four(five: number): void", "Is called."],
    ]);
    expect(membersOf(named("Thing")).map(({ name, doc }) => [name, doc])).toEqual([
      ["size", "How much it is."],
      ["twice", "Doubled."],
    ]);
  });
});

describe("docstrings", () => {
  it("are text, errors and examples", () => {
    expect(parseDocstring(named("take").doc)).toEqual({
      text: "Takes things.",
      returns: "",
      throws: "TowpathError TP_A; TP_B.",
      examples: ["take(1)", 'take("2")'],
    });
    expect(parseDocstring("Short. @example a.b() // c").examples).toEqual(["a.b() // c"]);
  });
});

describe("signatures", () => {
  it("leave out what only the compiler needs", () => {
    const head =
      "export function add<M extends string = never>(this: A<B<C>, D>, other: Given<number, M>): Result<E, N | M>";
    expect(signatures([head])).toEqual(["add(other: number | Expression<number>): Expression<number>"]);
    const kept = "select<E extends Selection<NameOf<C>>>(columns: Said<Own<C>, E>): Table<Selected<E>>";
    expect(signatures([kept])).toEqual([
      "select<E extends Selection<NameOf<C>>>(columns: Said<E>): Table<Selected<E>>",
    ]);
    const arrow = "on(call: (a: number) => Promise<void>): void";
    expect(signatures([arrow])).toEqual([arrow]);
  });
});

describe("the reference", () => {
  it("follows names through modules", () => {
    const names = exportedNames("lib/index.ts");
    expect(names.get("kafka.read")?.path).toBe("connectors/kafka/read.ts");
    expect(names.get("ERROR")?.declaration.name).toBe("ERROR_VALUE");
  });

  it("knows the options of a union of types, and of what they extend", () => {
    const place = placeOf("connectors/fs/read-options.ts", "FileReadOptions");
    const members = typeMembers(place as NonNullable<typeof place>);
    expect(members.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["mode", "encoding", "csv", "schema"]),
    );
    const format = members.find(({ name }) => name === "format");
    expect(format?.heads).toEqual(['readonly format: "raw" | "csv" | "json"']);
    const commit = placeOf("connectors/fs/read-options.ts", "FileCommitOptions");
    expect(typeMembers(commit as NonNullable<typeof commit>).map(({ name }) => name)).not.toContain("scope");
  });

  it("says something of every public function", () => {
    const page = referencePage();
    const [, ...entries] = page.replace(/^## .*$/gm, "").split(/^### /m);
    const silent = entries
      .map((entry) => ({
        name: entry.split("\n")[0],
        text: entry.replace(/^.*$/m, "").replace(/```[\s\S]*?```/g, ""),
      }))
      .filter(({ text }) => /^\s*(Options|$)/.test(text));
    expect(silent.map(({ name }) => name)).toEqual(["`pw.ErrorCode`"]);
    expect(page.match(/^### /gm)?.length).toBeGreaterThan(120);
  });
});
