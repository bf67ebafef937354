import { createHash } from 'node:crypto';
import { addDecimals } from '../base/decimal.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { memberKeys, rowDigestText } from '../job/row-key.ts';
import { duplicateRow, type RowIssue } from '../job/validate-row.ts';
import { earlierCell, type InputRow, openInput } from './read-rows.ts';
import { openSeenKeys, type SeenKeys } from './seen-keys.ts';

/** What one offline pass over the whole file tells, before anything is sent. */
export type Scan = {
  readonly rowCount: number;
  /** Rows that an earlier result file calls done. */
  readonly doneEarlierCount: number;
  readonly inDoubtEarlierCount: number;
  readonly invalidCount: number;
  /** Rows that an earlier run left `not_sent` or `failed`: it may still be unfinished, and do them at `resume`. */
  readonly leftEarlierCount: number;
  readonly repeatedCount: number;
  /** The first few issues, for messages. */
  readonly firstIssues: readonly {
    readonly rowNumber: number;
    readonly lineNumber: number;
    readonly errorCode: string;
    readonly message: string;
  }[];
  /** Sums over the rows to send. */
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly inputSha256: string;
  /** The same for the same rows in any order, whatever the file is called. */
  readonly rowsDigest: string;
  readonly match: HeaderMatch;
  /** Which rows repeat a member; asked again by the later passes. */
  readonly seenKeys: SeenKeys;
};

const ISSUES_KEPT_MAX = 5;

/** An increment that went out before, as an earlier result file tells of a row that is to be sent now. */
export type EarlierIncrement = {
  readonly rowNumber: number;
  readonly lineNumber: number;
  readonly customerUid: string;
  readonly dataChangeTime: string;
};

/**
 * Reads the whole file once, offline: structure, validation, duplicates, sums, digests.
 *
 * @param onEarlierIncrement told of each row to send that an earlier result file gives a dataChangeTime
 * @throws OperatorError (exit 3) when the file cannot be read as asked
 */
export async function scanInput(
  path: string,
  settings: JobSettings,
  isStopped: () => boolean,
  onEarlierIncrement: (increment: EarlierIncrement) => void = () => undefined,
): Promise<Scan> {
  const seenKeys = openSeenKeys();
  const input = await openInput(path, settings);
  if (input.match.earlier.status !== undefined) await claimSettledMembers(path, settings, seenKeys);
  const digest = new MultisetDigest();
  const firstIssues: { rowNumber: number; lineNumber: number; errorCode: string; message: string }[] = [];
  let rowCount = 0;
  let doneEarlierCount = 0;
  let inDoubtEarlierCount = 0;
  let leftEarlierCount = 0;
  let invalidCount = 0;
  let repeatedCount = 0;
  let pointIncrement = '0';
  let balanceIncrement = '0';
  try {
    for await (const row of input.rows) {
      if (isStopped()) break;
      rowCount += 1;
      if (row.earlier === 'done') doneEarlierCount += 1;
      else if (row.earlier === 'in_doubt') inDoubtEarlierCount += 1;
      if (row.earlier === 'done' || row.earlier === 'in_doubt') continue;
      if (row.earlier === 'not_sent' || row.earlier === 'failed') leftEarlierCount += 1;
      const issues = issuesOf(row, settings, seenKeys);
      if (issues.length > 0) {
        invalidCount += 1;
        if (issues.some((issue) => issue.errorCode === 'DUPLICATE_ROW')) repeatedCount += 1;
        for (const { errorCode, message } of issues) {
          // Of each sort some: a file with many mistakes still tells which member is given twice.
          const isRepeated = errorCode === 'DUPLICATE_ROW';
          const kept = firstIssues.filter((issue) => (issue.errorCode === 'DUPLICATE_ROW') === isRepeated);
          if (kept.length < ISSUES_KEPT_MAX) {
            firstIssues.push({ rowNumber: row.rowNumber, lineNumber: row.lineNumber, errorCode, message });
          }
        }
        continue;
      }
      if (!row.checked.isValid) continue;
      const earlier = earlierIncrement(row, input.match);
      if (earlier !== undefined) onEarlierIncrement(earlier);
      for (const { row: targetRow } of row.checked.targetRows) {
        digest.add(rowDigestText(targetRow));
        if (targetRow.kind === 'topup') {
          pointIncrement = addDecimals(pointIncrement, targetRow.pointIncrement);
          balanceIncrement = addDecimals(balanceIncrement, targetRow.balanceIncrement);
        }
      }
    }
  } catch (error) {
    seenKeys.close();
    throw error;
  }
  return {
    rowCount,
    doneEarlierCount,
    inDoubtEarlierCount,
    leftEarlierCount,
    invalidCount,
    repeatedCount,
    firstIssues,
    pointIncrement,
    balanceIncrement,
    inputSha256: input.sha256(),
    rowsDigest: digest.hex(),
    match: input.match,
    seenKeys,
  };
}

function earlierIncrement(row: InputRow, { earlier }: HeaderMatch): EarlierIncrement | undefined {
  const { rowNumber, lineNumber, cells } = row;
  const customerUid = earlierCell(cells, earlier.customerUid) ?? '';
  const dataChangeTime = earlierCell(cells, earlier.dataChangeTime) ?? '';
  if (customerUid === '' || dataChangeTime === '') return undefined;
  return { rowNumber, lineNumber, customerUid, dataChangeTime };
}

/**
 * Enters the members of the rows that an earlier result calls done or in doubt before any other row is
 * looked at: a second row of such a member is a repetition wherever it stands, and crediting it would be
 * the very thing that was refused the first time.
 */
async function claimSettledMembers(path: string, settings: JobSettings, seenKeys: SeenKeys): Promise<void> {
  const input = await openInput(path, settings);
  for await (const row of input.rows) {
    if (row.earlier !== 'done' && row.earlier !== 'in_doubt') continue;
    const keys = row.checked.isValid
      ? row.checked.targetRows.flatMap(({ row: targetRow }) => memberKeys(targetRow))
      : [];
    const { customerUid, uuid } = input.match.earlier;
    const uidCell = customerUid === undefined ? '' : (row.cells[customerUid] ?? '');
    const uuidCell = uuid === undefined ? '' : (row.cells[uuid] ?? '');
    if (uidCell !== '') keys.push(`uid:${uidCell}`);
    if (uuidCell !== '') keys.push(`uuid:${uuidCell.toLowerCase()}`);
    for (const key of keys) seenKeys.firstRowOf(key, row.rowNumber);
  }
}

/**
 * All that is wrong with a row, the same in every pass. A second row of one member is refused unless
 * `--on-duplicate allow`: which of the two is meant, only the owner of the file knows.
 */
export function issuesOf(row: InputRow, settings: JobSettings, seenKeys: SeenKeys): readonly RowIssue[] {
  if (!row.checked.isValid) return row.checked.issues;
  if (settings.onDuplicate === 'allow' || settings.command === 'export') return [];
  for (const { row: targetRow } of row.checked.targetRows) {
    for (const key of memberKeys(targetRow)) {
      const firstRow = seenKeys.firstRowOf(key, row.rowNumber);
      if (firstRow !== row.rowNumber) return [duplicateRow(key, firstRow)];
    }
  }
  return [];
}

/**
 * The sum of the rows' hashes modulo 2^256: the order does not matter, a row given twice does.
 */
class MultisetDigest {
  readonly #words = new Uint32Array(8);

  add(text: string): void {
    const hash = createHash('sha256').update(text).digest();
    let carry = 0;
    for (let word = 0; word < 8; word += 1) {
      const sum = (this.#words[word] ?? 0) + hash.readUInt32LE(word * 4) + carry;
      this.#words[word] = sum >>> 0;
      carry = sum > 0xffffffff ? 1 : 0;
    }
  }

  hex(): string {
    return [...this.#words].map((word) => word.toString(16).padStart(8, '0')).join('');
  }
}
