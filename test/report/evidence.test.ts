import { expect, test } from 'vitest';
import { openFormats } from '../../src/report/formats.ts';
import { doubtSection } from '../../src/report/page-rows.ts';
import type { ReportData } from '../../src/report/report-data.ts';
import { TEXTS as ENGLISH } from '../../src/report/texts-en.ts';
import { TEXTS as SIMPLIFIED } from '../../src/report/texts-zh-hans.ts';
import { TEXTS as TRADITIONAL } from '../../src/report/texts-zh-hant.ts';
import { rowRecord } from '../support/test-ledger.ts';

/** As the functions of the shared ledger write it. */
const LATE = '{"state": "done", "point_after": "11", "balance_after": "3"}';

test.each([
  [ENGLISH, 'an answer that came late, from the process that was taken for dead: done, points 11, balance 3'],
  [SIMPLIFIED, '迟到的答复（来自被视为已停止的程序）：done，积分 11，余额 3'],
  [TRADITIONAL, '遲來的答覆（來自被視為已停止的程式）：done，積分 11，餘額 3'],
])('a late answer of a row in doubt is told in words', (texts, told) => {
  const evidence = [
    { recordedMs: 1, kind: 'late_answer', detailJson: LATE },
    { recordedMs: 2, kind: 'late_answer', detailJson: '{"state": "failed", "error_code": "2012"}' },
  ];
  const doubts = [{ record: rowRecord({ rowNumber: 1, state: 'in_doubt' }), evidence }];
  const data = { doubts, doubtCount: 1, rows: undefined, run: { runId: 'run-1' } } as unknown as ReportData;
  const page = doubtSection({ data, texts, formats: openFormats(texts, 'Asia/Hong_Kong') }).text;
  expect(page).toContain(`</time>${told}</li>`);
  expect(page).toContain(`</time>${told.replace(/done.*/, 'failed')}</li>`);
  expect(page).not.toContain('late_answer');
});
