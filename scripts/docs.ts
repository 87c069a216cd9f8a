/**
 * Writes the pages that are made from code. A test compares them with what this would write.
 *
 *     npx tsx scripts/docs.ts
 */
import { writeFileSync } from "node:fs";
import { errorsPage } from "./docs/errors-page.ts";

writeFileSync(new URL("../docs/errors.md", import.meta.url), errorsPage());
