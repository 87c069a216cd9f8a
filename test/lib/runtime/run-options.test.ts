import * as pw from "towpath";
import { expect, test } from "vitest";

test.each([
  [{ verbose: true }, 'pw.run has no option "verbose"'],
  [{ constructor: true }, 'pw.run has no option "constructor"'],
  [{ monitoring: "some" }, "the option monitoring of pw.run cannot be some"],
  [{ onError: "skip" }, "the option onError of pw.run cannot be skip"],
  [{ signal: 5 }, "the option signal of pw.run cannot be 5"],
  [{ onStall: "log" }, "the option onStall of pw.run cannot be log"],
  ["quiet", "pw.run takes an object of options, not quiet"],
])("pw.run refuses %j", async (options, detail) => {
  await pw.graph(async () => {
    const input = pw.input(pw.schema({ n: "int" }));
    pw.subscribe(input, { onChange() {} });
    input.close();
    const refused = expect.objectContaining({ code: "TP_BAD_ARGUMENT", detail });
    await expect(pw.run(options as pw.RunOptions)).rejects.toEqual(refused);
    await pw.run({ monitoring: "none", onError: "fail" });
  });
});
