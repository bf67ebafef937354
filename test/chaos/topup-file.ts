import type { Seeded } from './seeded.ts';
import type { StoredMember } from './vendor.ts';

/** One row of the file as it was written, with the member that it means. */
export type FileRow = {
  /** 1-based, as result_row. */
  readonly rowNumber: number;
  readonly memberNumber: string;
  readonly isByUid: boolean;
  /** As in the file; '' is nothing. */
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
};

export type NewMember = Pick<StoredMember, 'number' | 'point' | 'balance'>;

/** Share of the rows that name their member by customerUid: these have no values before. */
const BY_UID_SHARE = 0.15;
/** Share of the rows that credit a member a second time; half of them by the same amounts. */
const REPEATED_MEMBER_SHARE = 0.06;

export function inventMembers(count: number, random: Seeded): NewMember[] {
  return Array.from({ length: count }, (_, index) => ({
    number: `8${String(index + 1).padStart(6, '0')}`,
    point: amount(random, 5, 3),
    balance: amount(random, 6, 4),
  }));
}

/** `hasRepeats`: some members are credited more than once. */
export function inventRows(
  members: readonly NewMember[],
  rowCount: number,
  hasRepeats: boolean,
  random: Seeded,
): FileRow[] {
  const rows: FileRow[] = [];
  for (let rowNumber = 1; rowNumber <= rowCount; rowNumber += 1) {
    const isByUid = random.chance(BY_UID_SHARE);
    // Soon after the first one, so that both may be in hand at once.
    const earlier = rows.at(-random.whole(1, Math.min(12, Math.max(1, rows.length))));
    if (hasRepeats && earlier && random.chance(REPEATED_MEMBER_SHARE)) {
      const amounts = random.chance(0.5) ? earlier : inventAmounts(random);
      const { pointIncrement, balanceIncrement } = amounts;
      rows.push({ rowNumber, memberNumber: earlier.memberNumber, isByUid, pointIncrement, balanceIncrement });
      continue;
    }
    const member = members[rowNumber - 1];
    if (!member) throw new Error('there are fewer members than rows');
    rows.push({ rowNumber, memberNumber: member.number, isByUid, ...inventAmounts(random) });
  }
  return rows;
}

export function topupCsv(rows: readonly FileRow[], uidOf: (memberNumber: string) => string): string {
  const lines = rows.map((row) => {
    const [number, uid] = row.isByUid ? ['', uidOf(row.memberNumber)] : [row.memberNumber, ''];
    return `${number},${uid},${row.pointIncrement},${row.balanceIncrement}\n`;
  });
  return `number,customerUid,pointIncrement,balanceIncrement\n${lines.join('')}`;
}

export function inventAmounts(random: Seeded): Pick<FileRow, 'pointIncrement' | 'balanceIncrement'> {
  const which = random.next();
  return {
    pointIncrement: which < 0.2 ? '' : amount(random, 4, 4),
    balanceIncrement: which > 0.8 ? '0' : amount(random, 7, 6),
  };
}

/** A decimal that is not zero: a quarter of them negative, some with more digits than a double holds. */
function amount(random: Seeded, wholeDigitsMax: number, decimalsMax: number): string {
  const wholeDigits = random.chance(0.03) ? 16 : random.whole(1, wholeDigitsMax);
  const decimals = random.whole(0, decimalsMax);
  const digits = (count: number): string => Array.from({ length: count }, () => random.whole(0, 9)).join('');
  const whole = `${random.whole(1, 9)}${digits(wholeDigits - 1)}`;
  return `${random.chance(0.25) ? '-' : ''}${whole}${decimals > 0 ? `.${digits(decimals)}` : ''}`;
}
