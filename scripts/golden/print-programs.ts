/** Prints the golden programs as JSON, for `record.py`. */
import { fingerprint } from "../../test/golden/fingerprint.ts";
import { programs } from "../../test/golden/programs/index.ts";

const named = Object.entries(programs).map(([name, program]) => ({
  name,
  fingerprint: fingerprint(program),
  program,
}));
console.log(JSON.stringify(named));
