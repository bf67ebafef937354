import { isDateTime, zonedDay } from '../../base/zoned-time.ts';
import { type JsonFields, ParameterError } from '../json-input.ts';
import { type KybioContext, type KybioEndpoint, success } from './endpoint.ts';

/** Another store of the same chain: both calls answer for it too, and first, so that taking the first entry is wrong. */
const SISTER_APP_ID = '0F1E2D3C4B5A69788796A5B4C3D2E1F0';
const SISTER_LIMIT = 3000;

/** What is printed when no quota is set: a number is always there. */
const UNLIMITED = 100_000_000;

const DAY_MS = 86_400_000;
const SPAN_DAYS_MAX = 7;

export const queryAccessTimes: KybioEndpoint = {
  kind: 'read',
  answer: (_fields, context) =>
    success(
      `[{"appId":"${SISTER_APP_ID}","limitTimes":${SISTER_LIMIT},"startDate":null,"endDate":null},` +
        `{"appId":"${ownAppId(context)}","limitTimes":${limitTimes(context)},"startDate":null,"endDate":null}]`,
    ),
};

/** Usage per day, ascending, days without a call left out except today. Asking costs a call, refused or not. */
export const queryDailyAccessTimesLog: KybioEndpoint = {
  kind: 'read',
  answer(fields, context) {
    const today = zonedDay(context.nowMs, context.switches.quotaTimeZone);
    const beginDay = readDay(fields, ['beginDate', 'startDate']) ?? today;
    const endDay = readDay(fields, ['endDate']) ?? today;
    const spanDays = (Date.parse(endDay) - Date.parse(beginDay)) / DAY_MS + 1;
    if (spanDays < 1 || spanDays > SPAN_DAYS_MAX) throw new ParameterError('the span is over 7 days');
    const entries: string[] = [];
    for (let index = 0; index < spanDays; index += 1) {
      const day = new Date(Date.parse(beginDay) + index * DAY_MS).toISOString().slice(0, 10);
      const usedByOthers = day === today ? context.switches.otherCallsToday : 0;
      const used = context.state.callCounts.usedOn(day, 'kybio') + usedByOthers;
      if (used === 0) continue;
      entries.push(entry(SISTER_APP_ID, day, SISTER_LIMIT, 17));
      entries.push(entry(ownAppId(context), day, limitTimes(context), used));
    }
    return success(`[${entries.join(',')}]`);
  },
};

/** The vendor's spelling: haveAcessTimes. */
function entry(appId: string, day: string, limit: number, used: number): string {
  return `{"appId":"${appId}","accessDate":"${day} 00:00:00","limitTimes":${limit},"haveAcessTimes":${used}}`;
}

/** In the other letter case: appIds are to be compared without regard to it. */
function ownAppId(context: KybioContext): string {
  return context.appId.toLowerCase();
}

function limitTimes(context: KybioContext): number {
  return context.switches.quotaLimit === 0 ? UNLIMITED : context.switches.quotaLimit;
}

function readDay(fields: JsonFields, names: readonly string[]): string | undefined {
  for (const name of names) {
    const text = fields.text(name);
    if (text === undefined || text === '') continue;
    if (!isDateTime(text.length === 10 ? `${text} 00:00:00` : text)) throw new ParameterError(`${name} is not a date`);
    return text.slice(0, 10);
  }
  return undefined;
}
