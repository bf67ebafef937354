/** How the records that rows need are found: page by page into an index, or one call for each row. */
export type LookupWay = 'auto' | 'pages' | 'rows';

type LookupFacts = {
  /** Rows that need a lookup which a page can answer. */
  readonly rowCount: number;
  readonly pageSize: number;
  /** As the last complete read of the pages counted them. */
  readonly recordCount: number | undefined;
  /** What an unfinished read has seen: there are at least so many. */
  readonly recordCountAtLeast: number;
  /** Pages that an earlier attempt or another command has read: they cost nothing more. */
  readonly pagesHeld: number;
};

type LookupChoice = {
  readonly way: 'pages' | 'rows';
  /** Pages, held ones included, after which the choice is made again from what they held; undefined: read to the end. */
  readonly probePages: number | undefined;
};

/**
 * Chooses the cheaper way. When the number of records is not known, a few pages are read first: a third
 * of what single lookups would cost, but at most two where that is little.
 *
 * A third, because then, with rows spread over the members, the worst case costs 4/3 of the better way:
 * giving up after share c of the lookups costs at most 1 + c when there are far more pages, and
 * (c + 1)² / 4c when there are a few more; both are 4/3 at c = 1/3.
 */
export function chooseLookup(way: LookupWay, facts: LookupFacts): LookupChoice {
  if (facts.rowCount === 0) return { way: 'rows', probePages: undefined };
  if (way !== 'auto') return { way, probePages: undefined };
  if (facts.recordCount !== undefined) {
    const pages = pageCalls(facts.recordCount, facts.pageSize);
    // Judged again where the end should be: there may be far more members than when they were counted.
    return pages - facts.pagesHeld < facts.rowCount
      ? { way: 'pages', probePages: pages }
      : { way: 'rows', probePages: undefined };
  }
  if (pageCalls(facts.recordCountAtLeast, facts.pageSize) - facts.pagesHeld >= facts.rowCount)
    return { way: 'rows', probePages: undefined };
  const third = Math.floor(facts.rowCount / 3);
  const probePages = facts.rowCount < SMALL_ROW_COUNT ? Math.min(2, third) : third;
  return probePages === 0 ? { way: 'rows', probePages: undefined } : { way: 'pages', probePages };
}

/** Fewer rows than this are not worth more than two pages of finding out. */
const SMALL_ROW_COUNT = 12;

/** Calls that read all pages: the last one is short, or empty when the others are full. */
export function pageCalls(recordCount: number, pageSize: number): number {
  return Math.floor(recordCount / pageSize) + 1;
}

/**
 * Whether to read on after the probe. The share of the rows found so far tells how many pages there are,
 * as long as rows are spread over the members.
 *
 * Nothing found tells nothing: the rows may be new, or at the end. Where every row also costs a write,
 * reading as many pages as there are rows is never worse than 1.5 times the better way; where it does not,
 * half as many.
 */
export function isWorthReadingOn(state: Probe): boolean {
  const { rowCount, foundCount, pagesRead } = state;
  if (rowCount < SMALL_ROW_COUNT || pagesRead >= pagesWorthReading(state)) return false;
  return foundCount === 0 || pagesRead <= foundCount;
}

/** Pages after which to judge again: half as many more, but never past those that can pay. */
export function nextProbe(state: Probe): number {
  const { pagesRead } = state;
  const next = pagesRead + Math.max(1, Math.floor(pagesRead / 2));
  return Math.max(pagesRead + 1, Math.min(next, pagesWorthReading(state)));
}

/** What the pages read so far held of the rows that need a lookup. */
type Probe = {
  readonly rowCount: number;
  readonly foundCount: number;
  readonly pagesRead: number;
  readonly hasWrites: boolean;
};

function pagesWorthReading({ rowCount, foundCount, hasWrites }: Probe): number {
  return foundCount === 0 && !hasWrites ? Math.floor(rowCount / 2) : rowCount;
}

/**
 * Whether reading all customers pays: for lookups, for rows that only pages can answer, and for writes that
 * unchanged customers would save.
 */
export function isWorthReadingCustomers(
  way: LookupWay,
  needs: { readonly neededCount: number; readonly pagesOnlyCount: number; readonly savesCount: number },
  recordCount: number,
  pageSize: number,
): boolean {
  if (needs.pagesOnlyCount > 0) return true;
  if (way !== 'auto') return way === 'pages';
  return (
    pageCalls(recordCount, pageSize) < needs.neededCount || isWorthSkipping(needs.savesCount, recordCount, pageSize)
  );
}

/** Whether reading all members pays for the writes that unchanged members would save. */
export function isWorthReadingToSkip(way: LookupWay, rowCount: number, recordCount: number, pageSize: number): boolean {
  if (rowCount === 0 || way !== 'auto') return rowCount > 0 && way === 'pages';
  return isWorthSkipping(rowCount, recordCount, pageSize);
}

/**
 * Whether reading all records pays for a job that needs no lookup: it does when one row in ten is
 * unchanged, which is little for a list that is imported again and again.
 */
function isWorthSkipping(rowCount: number, recordCount: number, pageSize: number): boolean {
  return pageCalls(recordCount, pageSize) * 10 <= rowCount;
}
