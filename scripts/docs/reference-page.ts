import { reducers } from "../../lib/table/reducers.ts";
import { type Declaration, membersOf } from "./declarations.ts";
import { parseDocstring } from "./docstring.ts";
import { exportedNames, type Place, placeOf } from "./modules.ts";
import { legend, type Section } from "./reference-sections.ts";
import { signatures } from "./signature.ts";
import { typeMembers } from "./type-members.ts";

const head = `# Reference

Made by \`npx tsx scripts/docs.ts\` from the docstrings: do not edit. Everything is a member of what
\`import * as pw from "towpath"\` gives. In signatures

${legend}
`;

const expressions = "lib/expressions/expression.ts";
const sections: readonly Section[] = [
  {
    title: "Tables",
    intro:
      "Every method says a new table and leaves its own as it is; nothing is computed before `pw.run()`.",
    classes: {
      table: ["lib/table/table.ts", "TableMethods"],
      grouped: ["lib/table/grouping.ts", "Grouped"],
      joined: ["lib/table/join-result.ts", "JoinResult"],
    },
  },
  {
    title: "Expressions",
    intro: "",
    classes: {
      expression: [expressions, "Expression"],
      ".str": ["lib/expressions/text-methods.ts", "TextMethods"],
      ".num": ["lib/expressions/number-methods.ts", "NumberMethods"],
      ".dt": ["lib/expressions/time-methods.ts", "TimeMethods"],
    },
  },
  {
    title: "Functions over columns",
    intro: "",
    names: [
      "apply",
      "applyAsync",
      "applyBatch",
      "udf",
      "coalesce",
      "fillError",
      "ifElse",
      "keyOf",
      "literal",
      "makeTuple",
      "require",
      "unwrap",
      "ERROR",
    ],
  },
  {
    title: "Reducers",
    intro: "",
    names: ["reducers"],
    functions: { path: "lib/table/reducers.ts", prefix: "reducers", names: Object.keys(reducers) },
  },
  { title: "Schemas", intro: "", names: ["schema", "column"] },
  {
    title: "Sources and outputs",
    intro: "",
    names: [
      "kafka.read",
      "kafka.write",
      "kafka.embedded",
      "kafka.source",
      "kafka.input",
      "kafka.sink",
      "kafka.output",
      "kafka.message",
      "kafka.deserializeKey",
      "kafka.deserializeValue",
      "kafka.deserialize",
      "kafka.serializeKey",
      "kafka.serializeValue",
      "kafka.serialize",
      "kafka.logErrors",
      "fs.read",
      "fs.write",
      "input",
      "subscribe",
      "materialize",
    ],
  },
  {
    title: "Pipes",
    intro: "Rows from one end to another, one by one, without tables: [pipes.md](pipes.md).",
    names: [
      "pipe",
      "kafkaInput",
      "kafkaOutput",
      "KafkaMessage",
      "csvInput",
      "csvOutput",
      "jsonInput",
      "jsonOutput",
      "UnreadableRow",
      "kafka.parseUri",
    ],
  },
  {
    title: "Channels",
    intro: "Operators joined by channels: [channels.md](channels.md).",
    names: [
      "inputPort",
      "outputPort",
      "channelReader",
      "channelWriter",
      "channels.run",
      "channels.memory",
      "channels.read",
      "channels.write",
    ],
    classes: {
      inputPort: ["lib/channels/input-port.ts", "InputPort"],
      outputPort: ["lib/channels/output-port.ts", "OutputPort"],
    },
  },
  {
    title: "Schema registries",
    intro: "",
    names: [
      "schemaRegistry",
      "serde.avro",
      "serde.plainAvro",
      "serde.protobuf",
      "serde.plainProtobuf",
      "serde.jsonSchema",
      "serde.json",
      "serde.string",
      "serde.bytes",
    ],
    classes: { registry: ["connectors/registry/client.ts", "SchemaRegistry"] },
  },
  { title: "Running", intro: "", names: ["run", "graph", "errorLog", "TowpathError"] },
  {
    title: "Testing",
    intro: "",
    names: [
      "debug.tableFromMarkdown",
      "debug.tableFromRows",
      "debug.compute",
      "debug.computeUpdates",
      "debug.computeAndPrint",
      "debug.computeAndPrintUpdateStream",
    ],
  },
];

/** The text of docs/reference.md. Throws where a public function has no section. */
export function referencePage(): string {
  const names = exportedNames("lib/index.ts");
  const placed = new Set<string>(sections.flatMap((section) => section.names ?? []));
  const types = [...names].filter(([, { declaration }]) => isType(declaration));
  const told = new Set<string>();
  const missing = [...names.keys()].filter(
    (name) => !placed.has(name) && !types.some(([type]) => type === name),
  );
  if (missing.length > 0) throw new Error(`put pw.${missing[0]} into a section of the reference`);
  const gone = [...placed].filter((name) => !names.has(name));
  if (gone.length > 0) throw new Error(`pw.${gone[0]} is in the reference and not exported`);

  const parts = sections.map(({ title, intro, ...section }) => {
    const entries = [
      ...Object.entries(section.classes ?? {}).flatMap(([object, place]) =>
        classEntries(object, place, told),
      ),
      ...(section.names ?? []).map((name) => entry(`pw.${name}`, names.get(name) as Place, told)),
      ...functionEntries(section.functions, told),
    ];
    return { title, text: [`## ${title}`, intro, ...entries].filter((text) => text !== "").join("\n\n") };
  });
  const others = types.filter(([, { declaration }]) => !told.has(declaration.name));
  const typeEntries = others.map(([name, place]) => typeEntry(`pw.${name}`, place)).sort();
  parts.push({ title: "Types", text: ["## Types", ...typeEntries].join("\n\n") });
  return linked(`${head}\n${parts.map(({ text }) => `${contents(text)}\n`).join("\n")}`);
}

/** A public name that has no value: an interface, a type, or a class that scripts do not make objects of. */
function isType({ kind, name }: Declaration): boolean {
  return kind === "interface" || kind === "type" || (kind === "class" && name !== "TowpathError");
}

/** Error codes as links to what they mean, but for those in code. */
function linked(page: string): string {
  return page
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part, i) =>
      i % 2 === 1 ? part : part.replace(/\bTP_[A-Z]+(?:_[A-Z]+)*\b(?!_)/g, "[`$&`](errors.md)"),
    )
    .join("");
}

/** A section with the list of its entries behind its heading. */
function contents(section: string): string {
  const titles = [...section.matchAll(/^### `(.*)`$/gm)].map(([, title]) => title);
  const links = titles.map((title) => `[${title}](#${title.toLowerCase().replace(/[^\w-]/g, "")})`);
  return section.replace("\n\n", `\n\n${links.join(" · ")}\n\n`);
}

function classEntries(object: string, [path, name]: readonly [string, string], told: Set<string>): string[] {
  const place = placeOf(path, name) as Place;
  const { declaration } = place;
  const documented = inheritedMembers(place).filter(({ declaration: { doc } }) => doc !== "");
  const members = documented.map((member) => entry(`${object}.${member.declaration.name}`, member, told));
  return object.startsWith(".") ? [described(declaration), ...members] : members;
}

/** The members of a class, those of the class that it extends before its own. */
function inheritedMembers({ path, declaration }: Place): Place[] {
  const base = /\bextends (\w+)/.exec(declaration.heads[0])?.[1];
  const place = base === undefined ? undefined : placeOf(path, base);
  const own = membersOf(declaration).map((member) => ({ path, declaration: member }));
  return place === undefined ? own : [...inheritedMembers(place), ...own];
}

function functionEntries(functions: Section["functions"], told: Set<string>): string[] {
  if (functions === undefined) return [];
  const { path, prefix, names } = functions;
  return names.map((name) => entry(`pw.${prefix}.${name}`, placeOf(path, name) as Place, told));
}

function entry(title: string, { path, declaration }: Place, told: Set<string>): string {
  const { kind, heads } = declaration;
  const shown = kind === "function" || kind === "member" ? [fenced(signatures(heads).join("\n"))] : [];
  const members = kind === "class" ? [memberList(membersOf(declaration))] : [];
  return [
    `### \`${title}\``,
    ...shown,
    described(declaration),
    ...members,
    ...optionTypes(heads).map((type) => options(path, type, told)),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** What the docstring says: its text, errors and examples. */
function described({ doc }: Declaration): string {
  const { text, returns, throws, examples } = parseDocstring(doc);
  return [
    text,
    returns === "" ? "" : `Returns ${returns}`,
    throws === "" ? "" : `Throws ${throws.replace(/^TowpathError\b[,:]?\s*/, "")}`,
    examples.length === 0 ? "" : fenced(examples.join("\n")),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The types of options in a signature. */
function optionTypes(heads: readonly string[]): string[] {
  const found = heads.flatMap((text) => [...text.matchAll(/\b[A-Z]\w*Options\b/g)].map(([name]) => name));
  return [...new Set(found)];
}

/** The members of a type of options, and of those that they are made of. */
function options(path: string, type: string, told: Set<string>): string {
  const place = placeOf(path, type);
  if (place === undefined) return "";
  if (told.has(type)) return `Options: \`${type}\`, see above.`;
  told.add(type);
  const members = typeMembers(place);
  const inner = optionTypes(members.flatMap(({ heads }) => heads)).filter((name) => !told.has(name));
  const lists = inner.map((name) => options(pathOf(place, name), name, told));
  return [`Options, \`${type}\`:`, memberList(members), ...lists].filter((text) => text !== "").join("\n\n");
}

/** The module where a name of a type's members is known: its own, or that of a type that it is made of. */
function pathOf(place: Place, name: string): string {
  if (placeOf(place.path, name) !== undefined) return place.path;
  const paths = place.declaration.heads.flatMap((text) => text.match(/\b[A-Z]\w*\b/g) ?? []);
  const bases = paths.map((base) => placeOf(place.path, base)).filter((base) => base !== undefined);
  return bases.find((base) => placeOf(base.path, name) !== undefined)?.path ?? place.path;
}

function typeEntry(title: string, place: Place): string {
  const { declaration } = place;
  const members = declaration.kind === "class" ? valueMembers(declaration) : typeMembers(place);
  const alias =
    declaration.kind === "type" && members.length === 0 ? fenced(signatures(declaration.heads)[0]) : "";
  const text = parseDocstring(declaration.doc).text;
  return [`### \`${title}\``, alias, text, memberList(members)].filter((part) => part !== "").join("\n\n");
}

/** What an object of a class holds; its methods have sections of their own. */
function valueMembers(declaration: Declaration): Declaration[] {
  return membersOf(declaration).filter(({ heads }) => /^(readonly|get) /.test(heads[0]));
}

function memberList(members: readonly Declaration[]): string {
  return members.map(memberLine).join("\n");
}

function memberLine({ heads, doc }: Declaration): string {
  const said = signatures(heads)
    .map((line) => `\`${line.replace(/^(?:readonly|get) /, "").replace(/\s+/g, " ")}\``)
    .join(", ");
  const { text, throws } = parseDocstring(doc);
  const meaning = [text, throws === "" ? "" : `Throws ${throws}`].filter((part) => part !== "").join(" ");
  return `- ${said}${meaning === "" ? "" : `: ${meaning.replace(/\n/g, "\n  ")}`}`;
}

function fenced(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}
