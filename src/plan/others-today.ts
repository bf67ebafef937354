import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import type { Answer } from '../http/answer.ts';
import type { DailyAccessTimes } from '../kybio/client.ts';
import { planTexts } from '../texts/runs/plan.ts';
import { sharedTexts } from '../texts/shared.ts';

export const DAY_LOG_CALL = 'openApiLimitAccess/queryDailyAccessTimesLog';

/** For fewer rows the call would be too large a part of the price. A guess. */
const ROWS_MIN = 50;
/** With fewer calls left today every call is worth a row. A guess. */
const CALLS_LEFT_MIN = 100;

/** The day on which this home has looked for others at the account. */
const LOOKED_FACT = 'looked_for_others';

/** The vendor's own count of the calls of one day, for every appId of the chain. @throws StoppedError */
export async function askDayLog(
  { client, lane }: KybioVendor,
  day: string,
  isRepeatable: boolean,
): Promise<Answer<readonly DailyAccessTimes[]>> {
  const { answer } = await lane.perform({
    endpoint: DAY_LOG_CALL,
    isRepeatable,
    send: (onSent, attempt) => client.queryDailyAccessTimesLog(day, day, { onSent, about: { attempt } }),
  });
  return answer;
}

/** The account's own entry of that day (`yyyy-MM-dd`); undefined: the vendor does not tell it. */
export function ownDay(
  answer: Answer<readonly DailyAccessTimes[]>,
  account: string,
  day: string,
): DailyAccessTimes | undefined {
  if (answer.kind !== 'success') return undefined;
  return answer.data.find(({ appId, accessDate }) => isOwnAppId(appId, account) && accessDate.startsWith(day));
}

/** The vendor answers for every appId of the chain, in whatever letter case (api/kybio.md §5). */
export function isOwnAppId(appId: string, account: string): boolean {
  return `kybio:${appId}`.toLowerCase() === account.toLowerCase();
}

/** What to do about calls of today that this home has not made. */
export function adviceOnOthers(callCount: number): string {
  return planTexts().adviceOnOthers(callCount);
}

/** Whether this run looks for others: once for each home and account, in the first top-up that is worth the call. */
export async function isLookDue(
  { settings, vendors, ledger }: Pick<RunContext, 'settings' | 'vendors' | 'ledger'>,
  rowCount: number,
): Promise<boolean> {
  const { kybio } = vendors;
  if (settings.command !== 'topup' || !kybio || rowCount < ROWS_MIN) return false;
  const { account, dailyQuota, reserve } = kybio.lane.settings;
  const { used } = await kybio.lane.readDay();
  if (dailyQuota !== undefined && dailyQuota - reserve - used < CALLS_LEFT_MIN) return false;
  return (await ledger.facts.read(account, LOOKED_FACT)) === undefined;
}

/**
 * Compares the vendor's count of today's calls with ours, for one call, and says when the vendor counts more. Two
 * homes do not see each other's credits: one file given to both is credited twice. A vendor that does not tell its
 * count is no reason to say anything.
 */
export async function lookForOthers(context: RunContext, rowCount: number): Promise<void> {
  const { vendors, ledger, reporter, control } = context;
  const { kybio } = vendors;
  if (!kybio || !(await isLookDue(context, rowCount))) return;
  const { account } = kybio.lane.settings;
  try {
    const { day } = await kybio.lane.readDay();
    // Asked only once: the answer is not worth a second call.
    const answer = await askDayLog(kybio, day, false);
    if (control.reason !== undefined) return;
    await ledger.facts.write(account, LOOKED_FACT, day);
    const { used: counted } = await kybio.lane.readDay();
    const used = ownDay(answer, account, day)?.haveAcessTimes ?? 0;
    if (used <= counted) return;
    const { othersToday } = planTexts();
    reporter.note(sharedTexts().sentences([othersToday(used, counted), adviceOnOthers(used - counted)]));
  } catch (error) {
    // The run sees for itself that it is stopped.
    if (!(error instanceof StoppedError)) throw error;
  }
}
