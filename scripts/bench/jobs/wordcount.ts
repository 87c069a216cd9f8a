/** WordCount of all words that are there: BOOTSTRAP OUT_TOPIC WORDS_TOPIC. */
import * as pw from "towpath";
import { sayWordCount } from "./words-counted.ts";

sayWordCount("static", 100);
await pw.run({ monitoring: "none" });
