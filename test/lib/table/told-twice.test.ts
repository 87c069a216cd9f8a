import { expect, test } from "vitest";
import { sourceKeyWords } from "../../fuzz/engine-key.ts";
import { schemaOf } from "../../fuzz/plan-columns.ts";
import { EngineRun } from "../../support/engine-run.ts";

test.each([[[7, 3, 5]], [[3, 7, 5]], [[5, 3, 7]]])(
  "fromStream takes the greatest of several upserts of a key in a commit, which come as %j",
  (values) => {
    const columns = schemaOf([
      ["v", "int"],
      ["there", "bool"],
    ]);
    const node = (operator: string, id: number, options: object, appendOnly: boolean) => ({
      id,
      operator,
      options,
      columns,
      appendOnly,
      site: null,
    });
    const source = { ...node("source", 0, {}, true), inputs: [] };
    const told = { ...node("fromStream", 1, { isUpsert: 1 }, false), inputs: [source] };
    const output = { ...node("output", 2, {}, false), inputs: [told] };
    const changes = values.map((v) => ({ key: sourceKeyWords(0, 1), row: [v, true], diff: 1 }));
    const deletion = { key: sourceKeyWords(0, 1), row: [9, false], diff: 1 };
    const [written] = new EngineRun([output], [source]).step(2, [[...changes, deletion]]);
    expect(written?.map(({ row, diff }) => [row[0], diff])).toEqual([[7, 1]]);
  },
);
