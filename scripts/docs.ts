/**
 * Writes the pages that are made from code. A test compares them with what this would write.
 *
 *     npx tsx scripts/docs.ts
 */
import { writeFileSync } from "node:fs";
import { errorsPage } from "./docs/errors-page.ts";
import { referencePage } from "./docs/reference-page.ts";

writeFileSync(new URL("../docs/errors.md", import.meta.url), errorsPage());
writeFileSync(new URL("../docs/reference.md", import.meta.url), referencePage());
