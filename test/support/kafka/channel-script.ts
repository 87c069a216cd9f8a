/**
 * One end of a channel that is killed. Arguments: "write" or "read", the channel's address, a file of lines (what was read),
 * how many numbers there are to write, and milliseconds between writes or records.
 *
 * The writer prints its states; numbers go on at `written`, so that the whole signal is 0, 1, 2 …
 */
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import * as pw from "../../../lib/index.ts";

const [role = "", uri = "", place = "", count = "0", pauseMs = "0"] = process.argv.slice(2);
const schema = { type: "record", name: "Sample", fields: [{ name: "n", type: "int" }] } as const;
const lively = { heartbeatMs: 200, deadAfterMs: 60_000 };
const WRITTEN_AT_ONCE = 7;

async function write(): Promise<void> {
  const writer = pw.channelWriter({ uri, schema, name: "sensor", readers: ["mean", "max"], ...lively });
  console.log("opened");
  await writer.open();
  console.log(`started at ${writer.written}`);
  for (let n = writer.written; n < Number(count); n += WRITTEN_AT_ONCE) {
    const length = Math.min(WRITTEN_AT_ONCE, Number(count) - n);
    await writer.write(Array.from({ length }, (_, i) => ({ n: n + i })));
    await sleep(Number(pauseMs));
  }
  console.log("stopping");
  await writer.close();
  console.log("closed");
}

/** Lines are written at once, so that none is lost by a kill. */
async function read(): Promise<void> {
  const [group = "", index = "0", of = "1", file = ""] = place.split(":");
  const reader = pw.channelReader({ uri, schema, group, index: Number(index), of: Number(of), ...lively });
  console.log("opened");
  for await (const { n } of reader) {
    appendFileSync(file, `${n}\n`);
    if (Number(pauseMs) > 0) await sleep(Number(pauseMs));
  }
  console.log("closed");
}

await (role === "write" ? write() : read());
