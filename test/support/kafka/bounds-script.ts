/**
 * Reads topic INPUT; MODE says what becomes of its rows:
 *
 *   write    late, to topic OUTPUT        letters  bad messages to dead letter topic OUTPUT
 *   hold     to a function whose first promise resolves at SIGUSR2; prints RSS and rows once a second
 */
import * as pw from "towpath";

const { BOOTSTRAP = "", INPUT = "", OUTPUT = "", MODE = "", STOP_MS = "10000", MEMORY_MB } = process.env;
const settings = { "bootstrap.servers": BOOTSTRAP };

const rows = pw.kafka.read(settings, {
  topicNames: [INPUT],
  format: "json",
  schema: pw.schema({ n: "int", text: "str" }),
  ...(MODE === "letters" ? { onError: { deadLetter: OUTPUT } } : {}),
});
let seen = 0;
// What is written waits for company for so long that a test can take the broker away.
if (MODE === "write") pw.kafka.write(rows, { ...settings, "linger.ms": 300_000 }, { topicName: OUTPUT });
const released =
  MODE === "hold" ? new Promise<void>((resolve) => process.once("SIGUSR2", () => resolve())) : undefined;
pw.subscribe(rows, {
  name: "slow",
  onChange() {
    return seen++ === 0 ? released : undefined;
  },
});
const report = setInterval(() => {
  console.log(JSON.stringify({ rss: process.memoryUsage.rss(), seen }));
}, 500);
console.log("starting");
try {
  const { reason } = await pw.run({
    monitoring: "none",
    stopTimeoutMs: Number(STOP_MS),
    stallAfterMs: 2_000,
    onStall: ({ holds }) => console.log("stall:", holds.join("; ")),
    ...(MEMORY_MB === undefined ? {} : { memoryLimitMb: Number(MEMORY_MB) }),
  });
  console.log(reason);
} finally {
  clearInterval(report);
}
