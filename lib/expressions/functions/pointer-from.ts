import { ERROR, TextColumn } from "../../data/column.ts";
import { keyColumn } from "../../data/key-column.ts";
import { Keys } from "../../data/keys.ts";
import { keysOfValues } from "../../data/row-key.ts";
import { emptyTagged } from "../../kernels/join-bytes.ts";
import { markTagged } from "../../kernels/tags.ts";
import type { FunctionDefinition } from "./function-definition.ts";

/** The key that rows with these values have as primary key or group; null is a value, a failed operand fails it. */
export const pointerFrom: FunctionDefinition = {
  type: (args) => (args.length === 0 ? "Give at least one value." : { name: "pointer", optional: false }),
  compile: ({ args }) => {
    const types = args.map(({ type }) => type);
    return (frame) => {
      const n = frame.length;
      const columns = args.map((arg) => arg.compute(frame));
      const { bytes, starts, ends } = keyColumn(Keys.of(keysOfValues(columns, types, n)), n);
      const failing = columns.flatMap(({ tags }) => (tags === null ? [] : [tags]));
      const tags = new Uint8Array(n);
      let failed = 0;
      for (const other of failing) failed += markTagged(other, ERROR, n, tags);
      if (failed === 0) return new TextColumn(bytes, starts, ends);
      emptyTagged(tags, n, starts, ends);
      return new TextColumn(bytes, starts, ends, tags);
    };
  },
};
