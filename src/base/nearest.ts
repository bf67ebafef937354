/**
 * The candidate that `name` is most probably a slip of, or undefined when none is close: a wrong
 * suggestion is worse than none. Case does not count; at most one slip per three characters, three in all.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  const slipsMax = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  let nearest: string | undefined;
  let slipsLeast = slipsMax + 1;
  for (const candidate of candidates) {
    const slips = slipCount(wanted, candidate.toLowerCase());
    // As many slips as there are characters is another word.
    if (slips < slipsLeast && slips < wanted.length) {
      nearest = candidate;
      slipsLeast = slips;
    }
  }
  return nearest;
}

/** Damerau-Levenshtein (optimal string alignment): insertions, deletions, replacements, neighbours swapped. */
function slipCount(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const isSame = left[i - 1] === right[j - 1];
      let slips = Math.min(at(last, j) + 1, at(current, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        slips = Math.min(slips, at(beforeLast, j - 2) + 1);
      }
      current.push(slips);
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
