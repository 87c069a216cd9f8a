/**
 * What Pathway 0.33 was recorded to compute, and what Towpath does: the same, commit by commit, but where
 * `differences.ts` says why not. Recordings are made by `scripts/golden/record.py`.
 */
import { readFileSync } from "node:fs";
import { debug, TowpathError } from "towpath";
import { describe, expect, it } from "vitest";
import { buildTable } from "./build-table.ts";
import { differences } from "./differences.ts";
import { fingerprint } from "./fingerprint.ts";
import { changeLines, type History, historiesOf, historyLines } from "./histories.ts";
import type { Program } from "./program.ts";
import { programs } from "./programs/index.ts";

/** What became of a program: its rows, or why it stopped. */
interface Recording {
  /** Fingerprint of the program that was run. */
  readonly program: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly History[];
  readonly stops?: string;
}

const file = JSON.parse(readFileSync(new URL("recorded.json", import.meta.url), "utf8"));
const recordings = file.programs as Readonly<Record<string, Recording>>;
const names = Object.keys(programs);
const sameRows = ({ rows = [] }: Recording) => changeLines(rows.flat());

async function changesOf(program: Program): Promise<readonly debug.Change<object>[]> {
  return debug.computeUpdates(buildTable(program), { onError: program.onError ?? "fail" });
}

describe("the recordings", () => {
  it("are of these programs, as they are now", () => {
    const of = Object.entries(recordings).map(([name, { program }]) => [name, program]);
    expect(of).toEqual(names.map((name) => [name, fingerprint(programs[name])]));
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  it("have several commits each, most of them with deletions", () => {
    const rows = names.map((name) => (recordings[name].rows ?? []).flat());
    const commits = rows.map((changes) => new Set(changes.map(([time]) => time)).size);
    const deleting = rows.filter((changes) => changes.some(([, diff]) => diff < 0)).length;
    expect(commits.filter((n) => n === 1)).toEqual([]);
    expect(deleting / names.length).toBeGreaterThan(0.8);
  });

  it("differ only for programs that are there", () => {
    expect(Object.keys(differences).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("what is said of changes", () => {
  const moved: History[] = [[[2, 1, "a"]], [[4, 1, "b"]], [[4, -1, "a"]]];
  const changed: History[] = [
    [
      [2, 1, "a"],
      [4, -1, "a"],
      [4, 1, "b"],
    ],
  ];

  it("tells keys apart by what became of them", () => {
    expect(historyLines(moved)).not.toEqual(historyLines(changed));
    expect(changeLines(moved.flat())).toEqual(changeLines(changed.flat()));
    expect(
      changeLines([
        [4, -1, "a"],
        [4, 1, "a"],
        [4, 2, "b"],
      ]),
    ).toEqual(['4: +2 ["b"]']);
  });
});

describe.each(names.filter((name) => recordings[name]?.stops === undefined))("%s", (name) => {
  const recorded = recordings[name];
  const difference = differences[name];
  const { columns = [], rows = [] } = recorded;

  it(difference === undefined ? "computes what Pathway does" : "differs from Pathway as said", async () => {
    const histories = historiesOf(await changesOf(programs[name]), columns);
    const ours = historyLines(histories);
    if (difference === undefined) return expect(ours).toEqual(historyLines(rows));
    expect(ours).not.toEqual(historyLines(rows));
    if (difference.rows === "keys") return expect(changeLines(histories.flat())).toEqual(sameRows(recorded));
    expect(ours).toEqual(historyLines(difference.rows));
  });
});

describe.each(names.filter((name) => recordings[name]?.stops !== undefined))("%s", (name) => {
  const difference = differences[name];

  it(difference === undefined ? "stops, as Pathway does" : "does not stop, as said", async () => {
    if (difference === undefined) return expect(changesOf(programs[name])).rejects.toThrow(TowpathError);
    const changes = await changesOf(programs[name]);
    const histories = historiesOf(changes, Object.keys(changes[0].row));
    expect(historyLines(histories)).toEqual(historyLines(difference.rows as readonly History[]));
  });
});
