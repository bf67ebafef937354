import { EXIT, OperatorError } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { KybioVendor, WonderVendor } from '../calls/vendors.ts';
import { type Answer, quoteWords } from '../http/answer.ts';
import type { MemberPage, PageCursor } from '../kybio/client.ts';
import { planTexts } from '../texts/runs/plan.ts';

/** Reads the page of members after `cursor`. @throws StoppedError; OperatorError PAGE_FAILED */
export async function readMembers(kybio: KybioVendor, cursor: PageCursor | undefined): Promise<MemberPage> {
  const { answer } = await kybio.lane.perform({
    endpoint: 'customerOpenApi/queryCustomerPages',
    isRepeatable: true,
    send: (onSent, attempt) => kybio.client.queryCustomerPages(cursor, { onSent, about: { attempt } }),
  });
  return succeeded(answer, 'queryCustomerPages');
}

/**
 * Reads the pages of members after `cursor` to the end.
 *
 * @throws StoppedError; OperatorError PAGE_FAILED, also when the pages lead back to what was read
 */
export async function* readMemberPages(kybio: KybioVendor, cursor: PageCursor | undefined): AsyncGenerator<MemberPage> {
  const cursorsSeen = new Set<string>();
  let lastPage: ReadonlySet<string | undefined> = new Set();
  for (let next = cursor; ; ) {
    const page = await readMembers(kybio, next);
    next = page.cursor;
    const position = JSON.stringify(next ?? '');
    const isOld = page.members.every(({ customerUid }) => lastPage.has(customerUid));
    if (!page.isLast && (isOld || cursorsSeen.has(position))) throw pagesTurn('queryCustomerPages');
    cursorsSeen.add(position);
    lastPage = new Set(page.members.map(({ customerUid }) => customerUid));
    yield page;
    if (page.isLast || next === undefined) return;
  }
}

type CustomerPage = {
  readonly customers: readonly TextFields[];
  readonly total: number | undefined;
  readonly isLast: boolean;
};

/**
 * Reads all customers, page by page. Offset paging over an unpublished order can show one twice.
 *
 * @throws StoppedError; OperatorError PAGE_FAILED
 */
export async function* readCustomers(wonder: WonderVendor, pageSize: number): AsyncGenerator<CustomerPage> {
  let lastPage: ReadonlySet<string | undefined> = new Set();
  for (let offset = 0; ; ) {
    const from = offset;
    const { answer } = await wonder.lane.perform({
      endpoint: 'GET /customers',
      isRepeatable: true,
      send: (onSent, attempt) =>
        wonder.client.listCustomers({ limit: pageSize, offset: from }, { onSent, about: { attempt } }),
    });
    const { customers, total } = succeeded(answer, 'GET customers');
    offset += customers.length;
    // A server may lower the limit: only an empty page, or the announced total, is an end.
    const isLast = customers.length === 0 || (total !== undefined && offset >= total);
    // A server that ignores the offset answers the same page for ever.
    if (customers.length > 0 && customers.every(({ uuid }) => lastPage.has(uuid))) throw pagesTurn('GET customers');
    lastPage = new Set(customers.map(({ uuid }) => uuid));
    yield { customers, total, isLast };
    if (isLast) return;
  }
}

/** The pages lead back to what was read: reading on would never end, and would spend the day's calls. */
export function pagesTurn(call: string): OperatorError {
  return new OperatorError({
    code: 'PAGE_FAILED',
    message: planTexts().pagesTurn(call),
    hint: planTexts().pagesTurnHint,
    exitCode: EXIT.stopped,
  });
}

export function succeeded<T>(answer: Answer<T>, call: string): T {
  if (answer.kind === 'success') return answer.data;
  const detail = answer.kind === 'refused' ? quoteWords(answer.messages) : answer.detail;
  throw new OperatorError({
    code: 'PAGE_FAILED',
    message: planTexts().pageFailed(call, answer.errorCode, detail),
    hint: planTexts().pageFailedHint,
    exitCode: EXIT.stopped,
  });
}
