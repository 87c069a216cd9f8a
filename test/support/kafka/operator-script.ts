/** An operator that doubles what it reads; says when it is open, and how it has ended. */
import * as pw from "../../../lib/index.ts";

const { FROM = "", TO = "" } = process.env;
const schema = { type: "record", name: "Sample", fields: [{ name: "n", type: "int" }] } as const;
const lively = { heartbeatMs: 200, deadAfterMs: 20_000 };

const ports = {
  input: pw.inputPort({ schema, uri: FROM, group: "double", ...lively }),
  output: pw.outputPort({ schema, uri: TO, name: "double", ...lively }),
};
const report = await pw.channels.run(ports, async ({ input, output }) => {
  console.log("open");
  for await (const { n } of input) await output.write({ n: 2 * n });
});
console.log(`${report.status}: ${report.read} read, ${report.written} written`);
