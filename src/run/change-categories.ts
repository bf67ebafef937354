import type { Clock } from '../base/clock.ts';
import { EXIT, fileError, OperatorError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { CATEGORY_CALL, CATEGORY_LIST_CALL, CATEGORY_ROWS_PER_CALL } from '../job/category-calls.ts';
import { unsuccessful } from '../job/outcome.ts';
import type { Ledger, RowRecord } from '../ledger/ledger.ts';
import { StoppedError } from './run-control.ts';
import type { KybioVendor } from './vendors.ts';

/**
 * The account's categories, name → uid, after checking that every name of the file is among them.
 *
 * @throws OperatorError UNKNOWN_CATEGORY (exit 3), before anything is written
 */
export async function readCategories(
  kybio: KybioVendor,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const { answer } = await kybio.lane.perform({
    endpoint: CATEGORY_LIST_CALL,
    isRepeatable: true,
    send: (onSent) => kybio.client.queryAllCustomerCategory({ onSent }),
  });
  if (answer.kind !== 'success') {
    throw new OperatorError({
      code: 'CATEGORIES_UNREAD',
      message: `The categories could not be read: ${answer.errorCode}.`,
      hint: 'Nothing was written. Try again, or run without --change-category.',
      exitCode: answer.kind === 'refused' && answer.meaning === 'credentials' ? EXIT.credentials : EXIT.stopped,
    });
  }
  const categories = new Map(answer.data.map(({ name, uid }) => [name, uid]));
  const unknown = [...names].filter((name) => !categories.has(name));
  if (unknown.length === 0) return categories;
  const suggestions = unknown.map((name) => {
    const nearest = nearestName(name, categories.keys());
    return nearest ? `'${name}' (did you mean '${nearest}'?)` : `'${name}'`;
  });
  throw fileError(
    'UNKNOWN_CATEGORY',
    `categoryName: the account has no category ${suggestions.join(', ')}.`,
    `Nothing was written. Its categories: ${[...categories.keys()].join(', ') || 'none'}.`,
  );
}

/**
 * Changes the category of the rows that wait for it, a hundred members a call. The call sets a value, so
 * that sending it twice does no more than once.
 */
export async function changeCategories(
  runId: string,
  kybio: KybioVendor,
  parts: { ledger: Ledger; clock: Clock },
): Promise<void> {
  const waiting = parts.ledger.rows.listByState(runId, ['deferred']);
  try {
    for (let start = 0; start < waiting.length; start += CATEGORY_ROWS_PER_CALL) {
      await changeBatch(waiting.slice(start, start + CATEGORY_ROWS_PER_CALL), kybio, parts);
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  }
}

async function changeBatch(
  rows: readonly RowRecord[],
  kybio: KybioVendor,
  { ledger, clock }: { ledger: Ledger; clock: Clock },
): Promise<void> {
  const changes = rows.map(({ customerUid, categoryUid }) => ({ customerUid, customerCategoryUid: categoryUid }));
  const { answer } = await kybio.lane.perform({
    endpoint: CATEGORY_CALL,
    isRepeatable: true,
    send: (onSent) => kybio.client.batchUpdateCategory(changes, { onSent }),
  });
  const nowMs = clock.nowMs();
  await Promise.all(
    rows.map((row) => {
      if (answer.kind === 'success') return ledger.rows.record(row, { state: 'done', action: 'updated' }, nowMs);
      const outcome = unsuccessful(answer, 'batchUpdateCategory');
      // Refused for the whole account, or no answer: `resume` sends it again.
      const isOpen = outcome.status === 'unapplied';
      return ledger.rows.record(
        row,
        {
          state: isOpen ? 'deferred' : outcome.mayRetry ? 'retry' : 'failed',
          errorCode: outcome.errorCode,
          messages: [...row.messages, ...outcome.messages],
        },
        nowMs,
      );
    }),
  );
}
