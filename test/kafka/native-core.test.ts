/** The native reader and writer without Node, under the sanitizers: the short form of scripts/native-check.mjs. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("reads, writes, opens and closes without an error of memory or undefined behaviour", ({ skip }) => {
  const compiler = process.env.CC ?? "cc";
  const asan = spawnSync(compiler, ["-print-file-name=libasan.so"], { encoding: "utf8" }).stdout.trim();
  if (!existsSync(asan)) return skip("the compiler has no libasan");
  const args = ["scripts/native-check.mjs", "--core-only", "--no-valgrind", "--openings", "3000"];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout.match(/^cycles, (sanitizers|memory): ok/gm)).toHaveLength(2);
}, 180_000);
