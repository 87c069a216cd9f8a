import { existsSync, readFileSync } from "node:fs";

/** The version in package.json, which lies above this file at a depth that differs between sources and dist/. */
export function packageVersion(): string {
  let url = new URL("package.json", import.meta.url);
  while (!existsSync(url)) url = new URL("../package.json", url);
  const { version } = JSON.parse(readFileSync(url, "utf8")) as { version: string };
  return version;
}
