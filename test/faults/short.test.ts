/** The short form of `npm run faults`: each misfortune once or twice, two at a time, each on a real broker of its own. */
import { expect, it } from "vitest";
import { runSuite } from "../../scripts/faults/suite.ts";
import { kafkaAvailable } from "../support/kafka/jars.ts";
import { seedFrom } from "../support/rng.ts";

const available = kafkaAvailable();
const seed = seedFrom("TOWPATH_TEST_SEED");
const why = available.ok ? "" : ` (skipped: ${available.reason})`;

it.skipIf(!available.ok)(
  `loses nothing and shows nothing wrong, TOWPATH_TEST_SEED=${seed}${why}`,
  {
    timeout: 900_000,
  },
  async () => {
    const outcomes = await runSuite({ seed, minutes: null, only: [], lanes: 2, tell: () => {} });
    const wrong = outcomes.filter(({ problems }) => problems.length > 0);
    expect(wrong).toEqual([]);
    expect(outcomes.every(({ faults }) => faults > 0)).toBe(true);
  },
);
