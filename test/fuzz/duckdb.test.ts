/** What SQL can say too, beside DuckDB: an oracle that others wrote. */
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canonical } from "../oracle/value.ts";
import { EngineRun } from "../support/engine-run.ts";
import { Rng, seedFrom } from "../support/rng.ts";
import { buildByHand, buildByTables } from "./build-tables.ts";
import { sourceKeyWords } from "./engine-key.ts";
import { randomSqlProgram } from "./random-sql.ts";
import { shrink } from "./shrink.ts";
import type { ChangeSpec, ProgramSpec } from "./spec.ts";
import { sqlLiteral, sqlOf, sqlType } from "./sql-of.ts";

const seed = seedFrom("TOWPATH_FUZZ_SEED");
const programs = Number(process.env.TOWPATH_SQL_PROGRAMS ?? 200);
const shrinkMax = 150;
const column = { column: 0, type: "int" } as const;

let connection: DuckDBConnection;
let rowsCompared = 0;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
});
afterAll(() => connection.closeSync());

/** What differs first, or null. */
async function differenceOf(
  program: ProgramSpec,
  byTables: boolean,
  query = sqlOf(program),
): Promise<string | null> {
  const plan = (byTables ? buildByTables : buildByHand)(program);
  const engine = new EngineRun(plan.outputs, plan.sources);
  for (const [i, { columns }] of program.sources.entries()) {
    const types = columns.map(([, type], c) => `c${c} ${sqlType(type)}`);
    await connection.run(`CREATE OR REPLACE TABLE t${i} (k VARCHAR, ${types.join(", ")})`);
  }
  const live = new Map<string, number>();
  for (const [number, commit] of program.commits.entries()) {
    await connection.run(["BEGIN", ...commit.map(statementOf), "COMMIT"].join(";\n"));
    const changes = program.sources.map((_, source) =>
      commit
        .filter((change) => change.source === source)
        .map(({ key, row, diff }) => ({ key: sourceKeyWords(source, key), row, diff })),
    );
    const [written = []] = engine.step(2 * number + 2, changes);
    for (const { row, diff } of written) {
      const text = row.map(canonical).join(" | ");
      live.set(text, (live.get(text) ?? 0) + diff);
    }
    const got = [...live].flatMap(([text, count]) => Array.from({ length: count }, () => text)).sort();
    const answer = await connection.runAndReadAll(query);
    const wanted = answer
      .getRowsJS()
      .map((row) => row.map(plainText).join(" | "))
      .sort();
    if (got.join("\n") === wanted.join("\n")) {
      rowsCompared += wanted.length;
      continue;
    }
    return `commit ${number}:\n${got.join("\n")}\nwhere DuckDB has\n${wanted.join("\n")}\nfor\n${query}`;
  }
  return engine.failures.length > 0 ? `cells failed: ${engine.failures[0]?.detail}` : null;
}

function statementOf({ source, key, row, diff }: ChangeSpec): string {
  if (diff < 0) return `DELETE FROM t${source} WHERE k = 's${source}:${key}'`;
  return `INSERT INTO t${source} VALUES ('s${source}:${key}', ${row.map(sqlLiteral).join(", ")})`;
}

/** DuckDB's integers are bigints to JS. */
function plainText(value: unknown): string {
  return canonical(typeof value === "bigint" ? Number(value) : value);
}

/** The smallest program found that differs too. */
async function shrunk(program: ProgramSpec, byTables: boolean): Promise<ProgramSpec> {
  let best = program;
  for (let tried = 0, improved = true; improved && tried < shrinkMax; ) {
    improved = false;
    const candidates: ProgramSpec[] = [];
    shrink(best, (candidate) => candidates.push(candidate) === 0, shrinkMax);
    for (const candidate of candidates) {
      if (tried++ >= shrinkMax) break;
      if (!(await differs(candidate, byTables))) continue;
      best = candidate;
      improved = true;
      break;
    }
  }
  return best;
}

/** A candidate that SQL does not take is no smaller case. */
async function differs(program: ProgramSpec, byTables: boolean): Promise<boolean> {
  try {
    return (await differenceOf(program, byTables)) !== null;
  } catch {
    return false;
  }
}

describe(`programs of SQL's from seed ${seed}`, () => {
  test(`${programs} answer after every commit what DuckDB answers`, { timeout: 300_000 }, async () => {
    for (let i = 0; i < programs; i++) {
      const programSeed = (seed + i) % 0x1_0000_0000;
      const rng = new Rng(programSeed);
      const program = randomSqlProgram(rng);
      const byTables = rng.chance(0.3);
      if ((await differenceOf(program, byTables)) === null) continue;
      const small = await shrunk(program, byTables);
      const what = await differenceOf(small, byTables);
      expect.fail(
        `TOWPATH_FUZZ_SEED=${programSeed} TOWPATH_SQL_PROGRAMS=1: ${JSON.stringify(small)}\n${what}`,
      );
    }
    expect(rowsCompared).toBeGreaterThan(programs);
  });

  test("a query that says something else is noticed", async () => {
    const where = (name: string): ProgramSpec => ({
      sources: [{ columns: [["c0", "int"]], appendOnly: false }],
      steps: [
        {
          op: "filter",
          input: 0,
          where: { call: name, args: [column, { literal: 1, type: "int" }], type: "bool" },
        },
      ],
      outputs: [1],
      commits: [[0, 1, 2].map((key) => ({ source: 0, key, row: [key], diff: 1 }))],
    });
    expect(await differenceOf(where("lt"), false)).toBeNull();
    expect(await differenceOf(where("lt"), false, sqlOf(where("le")))).toContain("commit 0");
  });
});
