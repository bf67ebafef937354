import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import { CATEGORY_CALL, CATEGORY_ROWS_PER_CALL } from '../job/category-calls.ts';
import { unsuccessful } from '../job/outcome.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import { mayStillSend } from './send-increment.ts';

/**
 * Changes the category of the rows that wait for it, a hundred members a call. The call sets a value, so
 * that sending it twice does no more than once. What the run stops before is left to `resume`.
 */
export async function changeCategories(context: RunContext): Promise<void> {
  const { ledger, vendors, runId, settings } = context;
  if (!vendors.kybio || !settings.changesCategory) return;
  const waiting = await ledger.rows.listByState(runId, ['deferred']);
  try {
    for (let start = 0; start < waiting.length; start += CATEGORY_ROWS_PER_CALL) {
      await changeBatch(waiting.slice(start, start + CATEGORY_ROWS_PER_CALL), vendors.kybio, context);
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  }
}

async function changeBatch(rows: readonly RowRecord[], kybio: KybioVendor, context: RunContext): Promise<void> {
  const { ledger } = context;
  const changes = rows.map(({ customerUid, categoryUid }) => ({ customerUid, customerCategoryUid: categoryUid }));
  const { answer } = await kybio.lane.perform({
    endpoint: CATEGORY_CALL,
    isRepeatable: true,
    send: (onSent) => kybio.client.batchUpdateCategory(changes, { mayStart: () => mayStillSend(context), onSent }),
  });
  await Promise.all(
    rows.map((row) => {
      if (answer.kind === 'success') return ledger.rows.record(row, { state: 'done', action: 'updated' });
      const outcome = unsuccessful(answer, 'batchUpdateCategory');
      // Refused for the whole account, or no answer: `resume` sends it again.
      const isOpen = outcome.status === 'unapplied';
      return ledger.rows.record(row, {
        state: isOpen ? 'deferred' : outcome.mayRetry ? 'retry' : 'failed',
        errorCode: outcome.errorCode,
        messages: [...row.messages, ...outcome.messages],
      });
    }),
  );
}
