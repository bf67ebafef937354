import { describe, expect, test } from 'vitest';
import type { Cause } from '../../src/result/causes.ts';
import { type RunDocument, writeRunDocument } from '../../src/result/run-document.ts';
import { renderSummary } from '../../src/result/summary-text.ts';

const NEXT = { sameFlags: ' --campaign q3', undoes: '' };
const NOTHING = { asked: '0', applied: '0', in_doubt: '0' };

function documentOf(more: Partial<RunDocument>): RunDocument {
  return {
    run: '20261126-080000-3fa9',
    command: 'topup',
    place: 'Kybio (…CDEF)',
    input: '/data/q3.csv',
    result: '/data/q3.result.csv',
    state: 'finished',
    rows: { read: 9, done: 9, doneBefore: 0, invalid: 0, failed: 0, in_doubt: 0, not_sent: 0 },
    actions: { topped_up: 9 },
    errorCodes: {},
    notChanged: {},
    calls: { sent: 12, retried: 0, byEndpoint: { 'customerOpenApi/updateBalancePointByIncrement': 9 }, rowByRow: 18 },
    totals: { pointIncrement: NOTHING, balanceIncrement: NOTHING },
    quota: null,
    elapsedMs: 1000,
    exitCode: 0,
    ...more,
  };
}

function cause(errorCode: string, rowCount: number, rowNumber: number, message: string): Cause {
  return { errorCode, rowCount, example: { rowNumber, lineNumber: rowNumber + 1, message } };
}

describe('the summary', () => {
  test('of a paused day has no errors and no codes, and says what to type when', () => {
    const paused = documentOf({
      state: 'paused',
      rows: { read: 9, done: 4, doneBefore: 0, invalid: 0, failed: 0, in_doubt: 0, not_sent: 5 },
      actions: { topped_up: 4 },
      errorCodes: { QUOTA_EXHAUSTED: 5 },
      totals: { pointIncrement: { asked: '90', applied: '40', in_doubt: '0' }, balanceIncrement: NOTHING },
      quota: { day: '2026-11-26', limit: 300, used: 300, resumeAt: '2026-11-27T00:00:30+08:00' },
      exitCode: 6,
    });
    expect(renderSummary(paused, NEXT)).toEqual([
      'At: Kybio (…CDEF)',
      'Rows: 9 read, 4 done, 5 not sent.',
      'Done: 4 topped up.',
      'Points: asked 90, credited 40.',
      'Calls: 12. Today: 300 of 300 used.',
      'Result file: /data/q3.result.csv',
      "Paused: the day's calls are used up. When they are back (2026-11-27 00:00:30), type: memberload resume 20261126-080000-3fa9",
    ]);
  });

  test('of a paused day with calls that no row may use says how many', () => {
    const quota = { day: '2026-11-26', limit: 9, used: 7 };
    const [last] = renderSummary(documentOf({ state: 'paused', quota, exitCode: 6 }), NEXT).slice(-1);
    expect(last).toBe(
      "Paused: the day's calls are used up (by our count 2 are left: kept back, or the vendor counts more). When they are back, type: memberload resume 20261126-080000-3fa9",
    );
  });

  test('names causes in words, each with its first row and the fix, and no more than fit a screen', () => {
    const causes = [
      cause('2016', 5, 2, 'updateBaseInfo: 没有权限修改该会员; no permission to modify the member'),
      cause('NOT_A_DECIMAL', 1, 3, "pointIncrement: '1,000' is not a decimal. Write 1000."),
      cause('HTTP_502', 1, 4, 'x'.repeat(500)),
      cause('E000011', 1, 5, 'refused'),
      cause('BAD_DATE', 2, 6, 'birthday: …'),
      cause('BAD_EMAIL', 1, 7, 'email: …'),
    ];
    const document = documentOf({
      rows: { read: 11, done: 0, doneBefore: 0, invalid: 4, failed: 7, in_doubt: 0, not_sent: 0 },
      actions: {},
      causes,
      exitCode: 1,
    });
    const lines = renderSummary(document, NEXT);
    expect(lines.slice(2, 8)).toEqual([
      'What went wrong:',
      '  5 rows: refused by Kybio: no permission to modify the member (2016). The first, row 2 (line 3), 没有权限修改该会员; no permission to modify the member',
      "  1 row: an amount is not a plain number. Row 3 (line 4), pointIncrement: '1,000' is not a decimal. Write 1000.",
      `  1 row: no usable answer from the vendor (HTTP 502). Row 4 (line 5), ${'x'.repeat(200)}…`,
      '  1 row: refused by the vendor with E000011. Row 5 (line 6), refused',
      '  3 rows: other causes, see the result file.',
    ]);
    expect(lines.join('\n')).not.toMatch(/customerOpenApi|18|pointIncrement:.*asked/);
    expect(lines.at(-1)).toContain('memberload topup /data/q3.result.csv --campaign q3');
    // The messages may show a name or a phone, which the ledger must not hold.
    expect(writeRunDocument(document)).not.toContain('1,000');
  });

  test('of validate counts good and wrong rows', () => {
    const rows = { read: 3, done: 0, doneBefore: 0, invalid: 0, failed: 0, in_doubt: 0, not_sent: 3 };
    const checked = { command: 'validate', place: '', actions: {}, calls: { sent: 0, retried: 0, byEndpoint: {} } };
    expect(renderSummary(documentOf({ ...checked, rows }), NEXT)).toEqual([
      '3 rows are good, none wrong.',
      'Result file: /data/q3.result.csv',
    ]);
    const some = documentOf({
      ...checked,
      rows: { ...rows, done: 1, doneBefore: 1, invalid: 1, not_sent: 1 },
      exitCode: 1,
    });
    expect(renderSummary(some, NEXT)[0]).toBe('1 row is good, 1 is wrong, 1 was done before.');
  });
});
