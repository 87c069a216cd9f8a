import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { mask } from "./mask.ts";

/** One file of the checkout: its path from the root with slashes, its text, and for code the masked text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Text without comments, strings and regular expressions; empty for files that are not TypeScript or JavaScript. */
  readonly code: string;
}

const folders = ["lib", "connectors", "examples", "test", "scripts", "docs", ".ci"];
const skipped = new Set(["node_modules", "dist", "build", ".cache", ".git", "golden", "prebuilt"]);
const scripts = new Set([".ts", ".mts", ".mjs", ".js"]);
const texts = new Set([
  ...scripts,
  ".c",
  ".cc",
  ".h",
  ".sh",
  ".mk",
  ".md",
  ".json",
  ".xml",
  ".yml",
  ".yaml",
  ".properties",
  "",
]);

/** Reads everything that the rules look at: the fixed folders and the files at the top level. */
export function readFiles(root: string): SourceFile[] {
  const top = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = [...top.map((entry) => entry.name), ...folders.flatMap((folder) => below(root, folder))];
  return paths.filter((path) => texts.has(extname(path))).map((path) => readSource(root, path));
}

function readSource(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), "utf8");
  return { path, text, code: isScript(path) ? mask(text) : "" };
}

function below(root: string, folder: string): string[] {
  let entries: ReturnType<typeof list>;
  try {
    entries = list(join(root, folder));
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : below(root, path);
    return entry.isFile() ? [path] : [];
  });
}

function list(path: string) {
  return readdirSync(path, { withFileTypes: true });
}

/** Whether the file is TypeScript or JavaScript. */
export function isScript(path: string): boolean {
  return scripts.has(extname(path));
}

/** Whether people wrote the file as code, in whatever language. */
export function isCode(path: string): boolean {
  return isScript(path) || [".c", ".cc", ".h", ".sh", ".mk"].includes(extname(path));
}

/** Whether the file lives in one of the folders that hold code. */
export function isInHouse(path: string): boolean {
  return /^(?:lib|connectors|examples|test|scripts)\//.test(path);
}
