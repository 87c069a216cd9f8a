/** A part of the reference: public names in order, or the members of a class that public names lead to. */
export interface Section {
  readonly title: string;
  readonly intro: string;
  /** Names as exported, without `pw.`. */
  readonly names?: readonly string[];
  /** Classes by what their objects are called on the page. */
  readonly classes?: Readonly<Record<string, readonly [path: string, name: string]>>;
  /** Functions of a module that stand in an exported object. */
  readonly functions?: { readonly path: string; readonly prefix: string; readonly names: readonly string[] };
}

/** What a reader needs to know of the types in signatures. */
export const legend = `- \`Said<X>\` is an X, or a callback that gets the columns (of a join both tables' columns) and returns it.
- \`C\` stands for a table's columns, name to type; \`R\` for those of the table that joins it, \`T\` for those of all joined tables.
- \`Operand\` is an expression or a plain value; \`ValueOf\` is its type in JS, \`TypeText\` the name of a column type such as
  \`"int"\` or \`"str?"\`, \`JsType\` what such a column holds in JS.
- Numbers, texts and other plain values are accepted wherever an expression is. Where an operand may be null, so may the
  result, unless a function says otherwise.`;
