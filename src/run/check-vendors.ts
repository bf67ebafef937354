import { EXIT, type ExitCode } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import { describeAnswer } from '../calls/describe-answer.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { KybioVendor, WonderVendor } from '../calls/vendors.ts';
import type { Answer } from '../http/answer.ts';
import type { ServerDate } from '../http/server-date.ts';
import type { DailyAccessTimes } from '../kybio/client.ts';
import type { LedgerReader } from '../ledger/ledger.ts';
import { adviceOnOthers, askDayLog, isOwnAppId, ownDay } from '../plan/others-today.ts';
import { readRepeatFact } from '../send/repeat-fact.ts';

/** One thing that `doctor` looked at. */
export type Check = {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly detail: string;
  /** What to do; '' when there is nothing. */
  readonly hint: string;
  /** Of a failed check. */
  readonly exitCode?: ExitCode;
};

/** The call that proves the signature also tells the quota and the vendor's time; a second one only when it does not. */
export const KYBIO_CHECK_CALLS = { least: 1, most: 2 } as const;
export const WONDER_CHECK_CALLS = 1;

export function ok(name: string, detail: string, hint = ''): Check {
  return { name, status: 'ok', detail, hint };
}

export function warning(name: string, detail: string, hint: string): Check {
  return { name, status: 'warning', detail, hint };
}

export function failed(name: string, detail: string, hint: string, exitCode: ExitCode = EXIT.usage): Check {
  return { name, status: 'failed', detail, hint, exitCode };
}

export function skipped(name: string, detail: string, hint = ''): Check {
  return { name, status: 'skipped', detail, hint };
}

/** Signature, clock and quota. */
export async function checkKybio(kybio: KybioVendor, storeZone: string): Promise<Check[]> {
  const { client, lane } = kybio;
  const { day } = await lane.readDay();
  let answer: Answer<readonly DailyAccessTimes[]>;
  try {
    answer = await askDayLog(kybio, day, true);
  } catch (error) {
    if (error instanceof StoppedError) return [skipped('kybio signature', NO_CALLS_LEFT, TRY_TOMORROW)];
    throw error;
  }
  const signature = judgeSignature('kybio signature', answer, {
    refused:
      'Check KYBIO_APP_ID and KYBIO_APP_KEY: both belong to one store. If they are right, set kybio.signature to v1, v3 or both.',
    silent: 'Check KYBIO_BASE_URL (up to and including /openapi/v1) and the network.',
  });
  if (signature.status === 'failed') return [signature, judgeClock('kybio clock', client.serverDate, storeZone)];
  return [signature, judgeClock('kybio clock', client.serverDate, storeZone), await checkQuota(kybio, answer)];
}

const NO_CALLS_LEFT = "the day's calls are used up, by our count or the vendor's";
const TRY_TOMORROW = 'Type it again after midnight of kybio.quotaZone, or with a higher --daily-quota if there is one.';

function judgeSignature(
  name: string,
  answer: Answer<unknown>,
  hints: { readonly refused: string; readonly silent: string },
): Check {
  const said = describeAnswer(answer);
  if (answer.kind === 'success') return ok(name, 'the vendor accepted it');
  if (answer.kind !== 'refused') return failed(name, said, hints.silent);
  if (answer.meaning === 'credentials') return failed(name, said, hints.refused, EXIT.credentials);
  // A page of some other server: nobody has looked at a signature.
  if (/^(HTTP_|BAD_RESPONSE)/.test(answer.errorCode)) return failed(name, said, hints.silent);
  return ok(name, `the vendor accepted it, and answered: ${said}`);
}

/** The header has whole seconds, and the way back takes some time. */
const CLOCK_OK_MS = 5000;

function judgeClock(name: string, serverDate: ServerDate | undefined, zone: string, offMsMax?: number): Check {
  if (serverDate === undefined) return skipped(name, 'no answer had a Date header');
  const { serverMs, receivedMs } = serverDate;
  const skewMs = receivedMs - (serverMs + 500);
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= CLOCK_OK_MS) return ok(name, "this machine's clock agrees with the vendor's");
  const detail = `this machine's clock is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the vendor's (${zonedIso(serverMs, zone)} there)`;
  if (offMsMax !== undefined && Math.abs(skewMs) > offMsMax) {
    return failed(name, detail, 'Set the clock: signatures this far off are refused. Or set wonder.clockOffsetMs.');
  }
  return warning(name, detail, 'Set the clock: dataChangeTime and the day of the quota are taken from it.');
}

async function checkQuota(kybio: KybioVendor, answer: Answer<readonly DailyAccessTimes[]>): Promise<Check> {
  const name = 'kybio quota';
  const { lane } = kybio;
  const { account, dailyQuota } = lane.settings;
  const { day, used: counted } = await lane.readDay();
  const own = ownDay(answer, account, day);
  if (own === undefined) {
    if (answer.kind !== 'success') {
      return warning(
        name,
        `the vendor does not tell it: ${describeAnswer(answer)}`,
        'Set --daily-quota to what was bought.',
      );
    }
    const limit = await askLimit(kybio, day);
    if (typeof limit === 'number')
      return judgeLimit(name, `${limit} calls a day, ${counted} used today by our count`, limit, dailyQuota);
    return warning(name, `the vendor tells none for this appId; ${counted} used today by our count`, limit);
  }
  const { limitTimes: limit, haveAcessTimes: used } = own;
  const detail = `${used} of ${limit} calls of ${day} are used by the vendor's count, ${counted} by ours`;
  if (used > counted) {
    return warning(name, detail, adviceOnOthers(used - counted));
  }
  const late = used < counted ? ' (it may count late, or its day begin in another zone: kybio.quotaZone)' : '';
  return judgeLimit(name, detail + late, limit, dailyQuota);
}

/** What a vendor without a limit prints is no limit to keep to. */
const NO_LIMIT = 1_000_000;

function judgeLimit(name: string, detail: string, limit: number, dailyQuota: number | undefined): Check {
  if (limit >= NO_LIMIT || (dailyQuota !== undefined && dailyQuota <= limit)) return ok(name, detail);
  const is = dailyQuota === undefined ? 'is not set' : `is ${dailyQuota}, more than that`;
  return warning(
    name,
    detail,
    `--daily-quota ${is}: set it to ${limit}, so that a run pauses before the vendor refuses.`,
  );
}

async function askLimit(kybio: KybioVendor, day: string): Promise<number | string> {
  const { client, lane } = kybio;
  try {
    const { answer } = await lane.perform({
      endpoint: 'openApiLimitAccess/queryAccessTimes',
      isRepeatable: true,
      send: (onSent, attempt) => client.queryAccessTimes({ onSent, about: { attempt } }),
    });
    if (answer.kind !== 'success')
      return `It answered: ${describeAnswer(answer)}. Set --daily-quota to what was bought.`;
    const own = answer.data.filter(({ appId }) => isOwnAppId(appId, lane.settings.account));
    // An upgrade holds between its dates; without either date the entry is the default.
    const upgrade = own.find(({ startDate, endDate }) => isWithin(day, startDate, endDate));
    const limit = (upgrade ?? own.find((entry) => entry.startDate === undefined || entry.endDate === undefined))
      ?.limitTimes;
    return limit ?? 'Set --daily-quota to what was bought.';
  } catch (error) {
    if (error instanceof StoppedError) return NO_CALLS_LEFT;
    throw error;
  }
}

function isWithin(day: string, startDate: string | undefined, endDate: string | undefined): boolean {
  return (
    startDate !== undefined && endDate !== undefined && startDate.slice(0, 10) <= day && day <= endDate.slice(0, 10)
  );
}

/** What settling of unanswered increments can build on. */
export async function describeRepeats({ lane, repeatCodes }: KybioVendor, ledger: LedgerReader): Promise<Check> {
  const name = 'kybio repeats';
  const fact = await readRepeatFact(ledger, lane.settings.account);
  const configured = repeatCodes.length === 0 ? '' : ` kybio.repeatCodes says ${repeatCodes.join(', ')}.`;
  switch (fact.kind) {
    case 'refused':
      return ok(
        name,
        `the account refuses a repeated dataChangeTime with ${fact.code}: top-ups without an answer settle by themselves`,
      );
    case 'accepted':
    case 'newer_only': {
      const what =
        fact.kind === 'accepted'
          ? 'the account accepts a repeated dataChangeTime'
          : 'the account refuses every dataChangeTime that is not newer than the last change, which is no check of repeats';
      return repeatCodes.length === 0
        ? ok(name, `${what}: top-ups without an answer are settled by reading the member`)
        : warning(name, `${what}.${configured}`, 'Remove kybio.repeatCodes: it is not used.');
    }
    case 'unknown':
      return repeatCodes.length === 0
        ? ok(
            name,
            'not known whether the account refuses a repeated dataChangeTime',
            'Learn it with: memberload doctor --probe-repeat <number of a member>',
          )
        : ok(
            name,
            `not tried;${configured} Settling relies on it.`,
            'Make sure with: memberload doctor --probe-repeat <number of a member>',
          );
  }
}

/** Wonder's echo: credentials, signature and clock, without touching anything. */
export async function checkWonder({ client, lane }: WonderVendor, storeZone: string): Promise<Check[]> {
  try {
    const { answer } = await lane.perform({
      endpoint: 'POST /echo',
      isRepeatable: true,
      send: (onSent, attempt) => client.echo('memberload doctor', { onSent, about: { attempt } }),
    });
    const signature = judgeSignature('wonder signature', answer, {
      refused: 'Check WONDER_APP_ID and WONDER_PRIVATE_KEY_FILE, whether wonder.signQuery fits, and the clock below.',
      silent: 'Check WONDER_BASE_URL and the network.',
    });
    // Documented: a credential more than 30 minutes off is refused.
    return [signature, judgeClock('wonder clock', client.serverDate, storeZone, 30 * 60_000)];
  } catch (error) {
    if (error instanceof StoppedError) return [skipped('wonder signature', NO_CALLS_LEFT, TRY_TOMORROW)];
    throw error;
  }
}
