import { AsyncLocalStorage } from "node:async_hooks";
import { formatSite, type SourceSite } from "../base/source-site.ts";
import type { Columns } from "../data/schema.ts";
import { TowpathError } from "../errors.ts";
import type { PlanNode } from "./node.ts";
import { Structures } from "./structure.ts";

export type PlanState = "building" | "running" | "done";

/** A node before the plan has given it a number. */
export interface PlanDraft {
  readonly operator: string;
  readonly inputs: readonly PlanNode[];
  readonly options: unknown;
  readonly columns: Columns;
  readonly appendOnly: boolean;
  readonly site: SourceSite | null;
}

let lastOwner = 0;

/** Two of these are never one, however equal their options look: they stand for things outside the program. */
const unshared: ReadonlySet<string> = new Set(["source", "output"]);

/**
 * The registry of one graph: its nodes, its outputs in the order in which they were added, and whether it has run.
 *
 * Equal nodes are one node (same operator, inputs, options and columns), hence one operator and one arrangement when
 * the plan runs. The shared node keeps the line of the call that made it first.
 */
export class Plan {
  readonly #nodes: PlanNode[] = [];
  readonly #outputs: PlanNode[] = [];
  readonly #owners = new Map<number, SourceSite | null>();
  readonly #structures = new Structures();
  readonly #shared = new Map<number, PlanNode>();
  #state: PlanState = "building";

  get state(): PlanState {
    return this.#state;
  }

  /** In order of creation: inputs come before the nodes that read them. */
  get nodes(): readonly PlanNode[] {
    return this.#nodes;
  }

  get outputs(): readonly PlanNode[] {
    return this.#outputs;
  }

  /** The node for a draft: one that is there already, where an equal one is. */
  add(draft: PlanDraft): PlanNode {
    if (unshared.has(draft.operator)) return this.#create(draft);
    const structure = this.#structures.numberOf({
      operator: draft.operator,
      inputs: draft.inputs.map((input) => input.id),
      options: draft.options,
      columns: draft.columns,
    });
    const known = this.#shared.get(structure);
    if (known !== undefined) return known;
    const node = this.#create(draft);
    this.#shared.set(structure, node);
    return node;
  }

  /** Adds an output; throws TP_GRAPH_RUNNING once the graph runs, because nobody would compute it. */
  addOutput(draft: PlanDraft): PlanNode {
    if (this.#state !== "building") {
      throw new TowpathError("TP_GRAPH_RUNNING", "an output was added while, or after, its graph ran", {
        where: formatSite(draft.site),
        hint: "Say all outputs before `pw.run()`, or build another graph inside `pw.graph(fn)`.",
      });
    }
    const node = this.add(draft);
    this.#outputs.push(node);
    return node;
  }

  /**
   * Takes the outputs to run and closes the graph for further ones. Throws TP_GRAPH_RUNNING the second time and
   * TP_GRAPH_EMPTY where there is no output.
   */
  begin(): readonly PlanNode[] {
    if (this.#state !== "building") {
      throw new TowpathError(
        "TP_GRAPH_RUNNING",
        `this graph ${this.#state === "running" ? "runs" : "has run"} already`,
        {
          hint: "Call `pw.run()` once for a graph; another graph is built inside `pw.graph(fn)`.",
        },
      );
    }
    if (this.#outputs.length === 0) {
      throw new TowpathError("TP_GRAPH_EMPTY", "there is no output, so nothing would be computed", {
        hint: "Add one before `pw.run()`: `pw.kafka.write(table, …)` or `pw.subscribe(table, …)`.",
      });
    }
    this.#state = "running";
    return this.#outputs;
  }

  /** The run that `begin` started is over. */
  end(): void {
    this.#state = "done";
  }

  /** A number for a table object (`ColumnNode.owner`), unique over all graphs; `site` is for errors that name it. */
  addOwner(site: SourceSite | null): number {
    this.#owners.set(++lastOwner, site);
    return lastOwner;
  }

  /** The line where a table object was made; undefined where this graph does not have it. */
  siteOfOwner(owner: number): SourceSite | null | undefined {
    return this.#owners.get(owner);
  }

  #create(draft: PlanDraft): PlanNode {
    const node: PlanNode = Object.freeze({ id: this.#nodes.length, ...draft });
    this.#nodes.push(node);
    return node;
  }
}

const plans = new AsyncLocalStorage<Plan>();
const defaultPlan = new Plan();

/** The graph that tables said here belong to: the one of the enclosing `pw.graph(fn)`, else the default one. */
export function currentPlan(): Plan {
  return plans.getStore() ?? defaultPlan;
}

/**
 * Runs `fn` with a graph of its own and returns its result. Tables said inside, also after an `await`, belong to that
 * graph; `pw.run` and `pw.debug.*` inside use it.
 *
 * @example
 * const total = await pw.graph(async () => {
 *   const t = pw.debug.tableFromRows(pw.schema({ n: "int" }), [{ row: { n: 1 } }]);
 *   return pw.debug.compute(t.reduce({ sum: pw.reducers.sum(t.n) }));
 * });
 */
export function graph<T>(fn: () => T): T {
  return plans.run(new Plan(), fn);
}
