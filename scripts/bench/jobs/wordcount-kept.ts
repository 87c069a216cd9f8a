/** WordCount with persistence in a directory of its own: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pw from "towpath";
import { sayWordCount } from "./words-counted.ts";

sayWordCount("static", 100);
const path = mkdtempSync(join(tmpdir(), "towpath-bench-"));
await pw.run({ monitoring: "none", persistence: { path, snapshotEveryMs: 1_000 } });
rmSync(path, { recursive: true });
