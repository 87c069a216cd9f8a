import { compute } from "../../../lib/debug/compute.ts";
import { tableFromMarkdown } from "../../../lib/debug/table-from-markdown.ts";
import { graph } from "../../../lib/plan/plan.ts";
import { mutated, texts } from "../mutate.ts";
import type { FuzzTarget } from "../target.ts";

const seeds = texts(
  "    | word | n | __time__ | __diff__\n  1 | a | 3 | 2 | 1\n  1 | a | 3 | 4 | -1\n",
  "a | b\n1 | 2.5\n | true\nnull | 'x y'\n",
  '| __proto__ | constructor |\n|---|---|\n| 1 | "a \\| b" |\n',
);
const tokens = ["|", "\n", "---", "__time__", "__diff__", "'", '"', "1", "-1", "null", "1e400"];

/** Tables drawn in markdown: refused with their line, or computed. */
export const markdown: FuzzTarget = {
  name: "markdown",
  make: (rng) => mutated(rng, seeds, tokens),
  async run(bytes) {
    const text = Buffer.from(bytes.subarray(0, 20_000)).toString();
    await compute(graph(() => tableFromMarkdown(text)));
  },
};
