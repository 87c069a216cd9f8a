import { formatSite, type SourceSite } from "../base/source-site.ts";
import { TowpathError } from "../errors.ts";
import type { StatePlan } from "./state-plan.ts";

/** What a run is about to do, where messages name it. */
export interface RunningPlan {
  readonly operators: readonly {
    readonly stateName: string;
    readonly title: string;
    readonly site: SourceSite | null;
  }[];
  readonly sources: readonly {
    readonly name: string;
    readonly fingerprint: string;
    readonly site: SourceSite | null;
  }[];
}

export function statePlan({ operators, sources }: RunningPlan): StatePlan {
  return {
    operators: Object.fromEntries(operators.map(({ stateName, title }) => [stateName, title])),
    sources: Object.fromEntries(sources.map(({ name, fingerprint }) => [name, fingerprint])),
  };
}

/**
 * Throws TP_PLAN_CHANGED where a run cannot go on with a saved state: a source that reads other rows, or an operator
 * that would need to have seen the rows of the past. Operators that are gone, and new ones without state, do no harm.
 * `operators` false: nothing but the journal is there, and every operator sees its rows again.
 */
export function checkPlan(path: string, saved: StatePlan, running: RunningPlan, operators: boolean): void {
  for (const { name, fingerprint, site } of running.sources) {
    const before = Object.hasOwn(saved.sources, name) ? saved.sources[name] : null;
    if (before === fingerprint) continue;
    const what =
      before === null ? "is not the state's" : "does not read what it read when the state was saved";
    throw changed(path, `the source "${name}" ${what}`, site);
  }
  if (!operators) return;
  for (const { stateName, title, site } of running.operators) {
    if (Object.hasOwn(saved.operators, stateName)) continue;
    throw changed(
      path,
      `"${title}" keeps state, and has none in what was saved: its plan is new or changed`,
      site,
    );
  }
}

function changed(path: string, detail: string, site: SourceSite | null): TowpathError {
  return new TowpathError("TP_PLAN_CHANGED", detail, {
    where: `${formatSite(site)}, state in ${path}`,
    hint: `Run the script that saved the state, give this one a persistence.path of its own, or start afresh: npx towpath state ${path} --clear.`,
  });
}
