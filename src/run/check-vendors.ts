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
import { doctorTexts } from '../texts/cli/doctor.ts';

/** As `--json` has it; the texts have its words. */
type CheckName = keyof ReturnType<typeof doctorTexts>['names'];

/** One thing that `doctor` looked at. */
export type Check = {
  readonly name: CheckName;
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

export function ok(name: CheckName, detail: string, hint = ''): Check {
  return { name, status: 'ok', detail, hint };
}

export function warning(name: CheckName, detail: string, hint: string): Check {
  return { name, status: 'warning', detail, hint };
}

export function failed(name: CheckName, detail: string, hint: string, exitCode: ExitCode = EXIT.usage): Check {
  return { name, status: 'failed', detail, hint, exitCode };
}

export function skipped(name: CheckName, detail: string, hint = ''): Check {
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
    if (error instanceof StoppedError)
      return [skipped('kybio signature', doctorTexts().noCallsLeft, doctorTexts().tryTomorrow)];
    throw error;
  }
  const signature = judgeSignature('kybio signature', answer, {
    refused: doctorTexts().signatureRefused,
    silent: doctorTexts().signatureSilent,
  });
  if (signature.status === 'failed') return [signature, judgeClock('kybio clock', client.serverDate, storeZone)];
  return [signature, judgeClock('kybio clock', client.serverDate, storeZone), await checkQuota(kybio, answer)];
}

function judgeSignature(
  name: CheckName,
  answer: Answer<unknown>,
  hints: { readonly refused: string; readonly silent: string },
): Check {
  const said = describeAnswer(answer);
  if (answer.kind === 'success') return ok(name, doctorTexts().accepted);
  if (answer.kind !== 'refused') return failed(name, said, hints.silent);
  if (answer.meaning === 'credentials') return failed(name, said, hints.refused, EXIT.credentials);
  // A page of some other server: nobody has looked at a signature.
  if (/^(HTTP_|BAD_RESPONSE)/.test(answer.errorCode)) return failed(name, said, hints.silent);
  return ok(name, doctorTexts().acceptedAndSaid(said));
}

/** The header has whole seconds, and the way back takes some time. */
const CLOCK_OK_MS = 5000;

function judgeClock(name: CheckName, serverDate: ServerDate | undefined, zone: string, offMsMax?: number): Check {
  const texts = doctorTexts();
  if (serverDate === undefined) return skipped(name, texts.noDate);
  const { serverMs, receivedMs } = serverDate;
  const skewMs = receivedMs - (serverMs + 500);
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= CLOCK_OK_MS) return ok(name, texts.clockAgrees);
  const detail = texts.clockOff(seconds, skewMs > 0, zonedIso(serverMs, zone));
  if (offMsMax !== undefined && Math.abs(skewMs) > offMsMax) {
    return failed(name, detail, texts.clockTooFarOff);
  }
  return warning(name, detail, texts.clockOffHint);
}

async function checkQuota(kybio: KybioVendor, answer: Answer<readonly DailyAccessTimes[]>): Promise<Check> {
  const name = 'kybio quota';
  const texts = doctorTexts();
  const { lane } = kybio;
  const { account, dailyQuota } = lane.settings;
  const { day, used: counted } = await lane.readDay();
  const own = ownDay(answer, account, day);
  if (own === undefined) {
    if (answer.kind !== 'success') {
      return warning(name, texts.quotaNotTold(describeAnswer(answer)), texts.setQuota);
    }
    const limit = await askLimit(kybio, day);
    if (typeof limit === 'number') return judgeLimit(name, texts.quotaPerDay(limit, counted), limit, dailyQuota);
    return warning(name, texts.quotaNone(counted), limit);
  }
  const { limitTimes: limit, haveAcessTimes: used } = own;
  const detail = texts.quotaUsed(used, limit, day, counted, used < counted);
  if (used > counted) return warning(name, detail, adviceOnOthers(used - counted));
  return judgeLimit(name, detail, limit, dailyQuota);
}

/** What a vendor without a limit prints is no limit to keep to. */
const NO_LIMIT = 1_000_000;

function judgeLimit(name: CheckName, detail: string, limit: number, dailyQuota: number | undefined): Check {
  if (limit >= NO_LIMIT || (dailyQuota !== undefined && dailyQuota <= limit)) return ok(name, detail);
  return warning(name, detail, doctorTexts().quotaHint(dailyQuota, limit));
}

async function askLimit(kybio: KybioVendor, day: string): Promise<number | string> {
  const { client, lane } = kybio;
  try {
    const { answer } = await lane.perform({
      endpoint: 'openApiLimitAccess/queryAccessTimes',
      isRepeatable: true,
      send: (onSent, attempt) => client.queryAccessTimes({ onSent, about: { attempt } }),
    });
    if (answer.kind !== 'success') return doctorTexts().quotaAnswered(describeAnswer(answer));
    const own = answer.data.filter(({ appId }) => isOwnAppId(appId, lane.settings.account));
    // An upgrade holds between its dates; without either date the entry is the default.
    const upgrade = own.find(({ startDate, endDate }) => isWithin(day, startDate, endDate));
    const limit = (upgrade ?? own.find((entry) => entry.startDate === undefined || entry.endDate === undefined))
      ?.limitTimes;
    return limit ?? doctorTexts().setQuota;
  } catch (error) {
    if (error instanceof StoppedError) return doctorTexts().noCallsLeft;
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
  const texts = doctorTexts();
  switch (fact.kind) {
    case 'refused':
      return ok(name, texts.repeatsRefused(fact.code));
    case 'accepted':
    case 'newer_only': {
      const detail = texts.repeatsAccepted(fact.kind === 'newer_only', repeatCodes);
      return repeatCodes.length === 0 ? ok(name, detail) : warning(name, detail, texts.removeRepeatCodes);
    }
    case 'unknown':
      return repeatCodes.length === 0
        ? ok(name, texts.repeatsUnknown(repeatCodes), texts.learnRepeats)
        : ok(name, texts.repeatsUnknown(repeatCodes), texts.makeSureOfRepeats);
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
      refused: doctorTexts().wonderRefused,
      silent: doctorTexts().wonderSilent,
    });
    // Documented: a credential more than 30 minutes off is refused.
    return [signature, judgeClock('wonder clock', client.serverDate, storeZone, 30 * 60_000)];
  } catch (error) {
    if (error instanceof StoppedError)
      return [skipped('wonder signature', doctorTexts().noCallsLeft, doctorTexts().tryTomorrow)];
    throw error;
  }
}
