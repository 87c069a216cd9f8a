import { readdirSync } from "node:fs";

const docs = new URL("../../docs/", import.meta.url);

/** The pages for readers, as paths from the root of the checkout. */
export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(docs)
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`),
];
