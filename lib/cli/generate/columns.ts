/** The columns of a generated stream, from what `--column` says. */
import { nearest } from "../../base/nearest.ts";
import { usage } from "../arguments.ts";
import { type CellMaker, distributions, Parts } from "./distributions.ts";
import { type Random, seededRandom } from "./random.ts";

export interface GeneratedColumn {
  readonly name: string;
  readonly make: CellMaker;
}

/** What is generated where no column is said. */
export const defaultColumns = {
  csv: ["id=sequence", "word=words:5000:zipf", "amount=normal:10:2", "at=now"],
  json: ["id=sequence", "word=words:5000:zipf", "amount=normal:10:2", "at=now"],
  raw: ["word=words:5000:zipf"],
} as const;

/**
 * Columns from `name=distribution`. Each has random numbers of its own, so that one column more leaves the others as
 * they were. Throws TP_USAGE.
 */
export function generatedColumns(texts: readonly string[], seed: number): GeneratedColumn[] {
  const columns = texts.map((text, i) => generatedColumn(text, seededRandom(seed, i + 1)));
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return columns;
  throw usage(`--column: there are two columns ${JSON.stringify(twice)}`, "Give each a name of its own.");
}

function generatedColumn(text: string, random: Random): GeneratedColumn {
  const at = text.indexOf("=");
  if (at < 1) {
    throw usage(
      `--column does not take ${JSON.stringify(text)}`,
      "It is written NAME=DISTRIBUTION, such as --column amount=normal:10:2.",
    );
  }
  const name = text.slice(0, at);
  const [kind, ...parts] = text.slice(at + 1).split(":");
  if (!isDistribution(kind)) {
    const meant = nearest(kind, Object.keys(distributions));
    throw usage(
      `--column ${name}: there is no distribution ${JSON.stringify(kind)}`,
      meant === undefined
        ? `There are ${Object.keys(distributions).join(", ")}.`
        : `Did you mean ${name}=${meant}?`,
    );
  }
  const distribution = distributions[kind];
  return { name, make: distribution.make(new Parts(name, `${name}=${distribution.usage}`, parts), random) };
}

function isDistribution(name: string): name is keyof typeof distributions {
  return Object.hasOwn(distributions, name);
}
