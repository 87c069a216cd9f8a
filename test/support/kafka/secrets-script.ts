/** Fails in the way that CASE says, with SETTINGS (JSON) that hold secrets, and prints what a program can get hold of. */
import * as pw from "towpath";

const { SETTINGS = "{}", CASE = "", TOPIC = "in", STATE } = process.env;
const settings = JSON.parse(SETTINGS);

/** An error with all that hangs on it. */
function show(error: unknown): void {
  console.error(error);
  if (error instanceof Error)
    console.error(JSON.stringify({ ...error, stack: error.stack, cause: error.cause }));
}

try {
  if (CASE === "write") {
    const input = pw.input(pw.schema({ n: "int" }));
    input.insert({ n: 1 });
    input.close();
    pw.kafka.write(input.table, settings, { topicName: TOPIC });
  } else {
    const rows = pw.kafka.read(settings, {
      topicNames: [TOPIC],
      format: "json",
      schema: pw.schema({ n: "int" }),
      mode: "static",
    });
    pw.subscribe(rows, { onChange: ({ row }) => console.log(row) });
  }
  console.log(
    await pw.run({ monitoring: "all", ...(STATE === undefined ? {} : { persistence: { path: STATE } }) }),
  );
} catch (error) {
  show(error);
}
