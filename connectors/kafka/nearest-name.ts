/** Finds the name that a misspelt one was meant to be. */

/**
 * The candidate with the smallest edit distance to `name`, letter case, `_` and camelCase apart
 * (`bootstrapServers` is as good as `bootstrap.servers`). The first of several equal ones.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = normalise(name);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, normalise(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function normalise(name: string): string {
  return name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, "$1.$2")
    .toLowerCase()
    .replace(/[_\-\s]+/g, ".");
}

/**
 * Optimal string alignment distance: insertions, deletions, replacements and swaps of neighbours.
 * d(i,j) = min(d(i-1,j)+1, d(i,j-1)+1, d(i-1,j-1)+[a_i≠b_j], d(i-2,j-2)+1 if a_i=b_{j-1} and a_{i-1}=b_j).
 */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(at(previous, j) + 1, at(row, j - 1) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(older, j - 2) + 1);
      }
      row.push(distance);
    }
    older = previous;
    previous = row;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
