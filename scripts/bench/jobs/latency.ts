/** WordCount kept current until it is told to stop: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. */
import * as pw from "towpath";
import { sayWordCount } from "./words-counted.ts";

sayWordCount("streaming", 20);
await pw.run({ monitoring: "none" });
