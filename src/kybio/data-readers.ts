import type { TextFields } from '../base/text-fields.ts';
import { jsonDecimal, jsonText } from '../http/json-text.ts';
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue, jsonField } from '../http/lossless-json.ts';
import { type Reading, read, unreadable } from '../http/reading.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import type { DataReader } from './answers.ts';
import { readMember, readUid } from './member-record.ts';

/** Where the next page starts, echoed to the vendor exactly as it came, JSON type included. */
export type PageCursor = {
  readonly parameterType: string;
  readonly parameterValue: string;
  /** Set when the vendor sent the value as a JSON number instead of a string. */
  readonly isNumber?: true;
};

export type MemberPage = {
  readonly members: readonly TextFields[];
  readonly cursor?: PageCursor;
  readonly isLast: boolean;
};

/** The answer to an increment. Whether it agrees with what was asked is for the caller to judge. */
export type IncrementAnswer = {
  readonly customerUid: string;
  readonly pointBeforeUpdate: string;
  readonly pointAfterUpdate: string;
  readonly pointIncrement: string;
  readonly balanceBeforeUpdate: string;
  readonly balanceAfterUpdate: string;
  readonly balanceIncrement: string;
  readonly dataChangeTime?: string;
  readonly updateCustomerTime?: string;
};

export type AccessTimes = {
  readonly appId: string;
  readonly limitTimes: number;
  /** Either date absent: the default quota, always. */
  readonly startDate?: string;
  readonly endDate?: string;
};

export type DailyAccessTimes = {
  readonly appId: string;
  readonly accessDate: string;
  readonly limitTimes: number;
  /** The vendor's spelling. */
  readonly haveAcessTimes: number;
};

export type Category = { readonly uid: string; readonly name: string };

export const readNothing: DataReader<undefined> = () => read(undefined);

/** `add`: the article shows no data, real answers have customerUid and number. */
export function readAdded(number: string | undefined): DataReader<{ readonly customerUid?: string }> {
  return (data) => {
    if (!isJsonObject(data)) return read({});
    const addedNumber = jsonText(jsonField(data, 'number')) ?? '';
    if (number !== undefined && addedNumber !== '' && addedNumber !== number) {
      return unreadable(answerTexts().otherAddedNumber);
    }
    const uidValue = jsonField(data, 'customerUid');
    if (uidValue === undefined || uidValue === null) return read({});
    const customerUid = readUid(uidValue);
    return customerUid === undefined ? unreadable(answerTexts().badUid) : read({ customerUid });
  };
}

/** A lookup: the answer has to be about the member that was asked for. */
export function readFound(name: 'number' | 'customerUid', asked: string): DataReader<TextFields | undefined> {
  return (data) => {
    const reading = readMember(data);
    if (!reading.isRead || reading.value === undefined) return reading;
    return reading.value[name] === asked ? reading : unreadable(answerTexts().aboutAnother(name));
  };
}

/** Documented, and the least a page can be when the field `pageSize` is missing. */
const PAGE_SIZE_DEFAULT = 100;

/**
 * A page is the last one when it has fewer members than `pageSize`; a cursor comes even then. A full page
 * whose cursor is missing or has not moved is refused: going on would read the first page for ever.
 */
export function readPage(asked: PageCursor | undefined): DataReader<MemberPage> {
  return (data) => {
    if (!isJsonObject(data)) return unreadable(answerTexts().pageNoObject);
    const rows = jsonField(data, 'result') ?? [];
    if (!Array.isArray(rows)) return unreadable(answerTexts().pageNoList);
    const members: TextFields[] = [];
    for (const row of rows) {
      const reading = readMember(row);
      if (!reading.isRead) return reading;
      if (reading.value === undefined) return unreadable(answerTexts().pageBlankMember);
      members.push(reading.value);
    }
    const pageSize = readCount(jsonField(data, 'pageSize')) ?? PAGE_SIZE_DEFAULT;
    const cursor = readCursor(jsonField(data, 'postBackParameter'));
    const isLast = rows.length === 0 || rows.length < pageSize;
    if (!isLast && cursor === undefined) return unreadable(answerTexts().pageNoCursor);
    if (!isLast && cursor?.parameterValue === asked?.parameterValue) return unreadable(answerTexts().pageSameCursor);
    return read(cursor === undefined ? { members, isLast } : { members, cursor, isLast });
  };
}

function readCursor(value: JsonValue | undefined): PageCursor | undefined {
  if (!isJsonObject(value)) return undefined;
  const type = jsonField(value, 'parameterType');
  const position = jsonField(value, 'parameterValue');
  if (typeof type !== 'string') return undefined;
  if (position instanceof JsonNumber) {
    return { parameterType: type, parameterValue: position.digits, isNumber: true };
  }
  return typeof position === 'string' ? { parameterType: type, parameterValue: position } : undefined;
}

export function readIncrement(data: JsonValue | undefined): Reading<IncrementAnswer> {
  if (!isJsonObject(data)) return unreadable(answerTexts().incrementNoData);
  const customerUid = readUid(jsonField(data, 'customerUid'));
  const pointBeforeUpdate = jsonDecimal(jsonField(data, 'pointBeforeUpdate'));
  const pointAfterUpdate = jsonDecimal(jsonField(data, 'pointAfterUpdate'));
  const pointIncrement = jsonDecimal(jsonField(data, 'pointIncrement'));
  const balanceBeforeUpdate = jsonDecimal(jsonField(data, 'balanceBeforeUpdate'));
  const balanceAfterUpdate = jsonDecimal(jsonField(data, 'balanceAfterUpdate'));
  const balanceIncrement = jsonDecimal(jsonField(data, 'balanceIncrement'));
  if (
    customerUid === undefined ||
    pointBeforeUpdate === undefined ||
    pointAfterUpdate === undefined ||
    pointIncrement === undefined ||
    balanceBeforeUpdate === undefined ||
    balanceAfterUpdate === undefined ||
    balanceIncrement === undefined
  ) {
    return unreadable(answerTexts().incrementLacks);
  }
  return read({
    customerUid,
    pointBeforeUpdate,
    pointAfterUpdate,
    pointIncrement,
    balanceBeforeUpdate,
    balanceAfterUpdate,
    balanceIncrement,
    ...readOptionalText(data, 'dataChangeTime'),
    ...readOptionalText(data, 'updateCustomerTime'),
  });
}

export const readAccessTimes: DataReader<readonly AccessTimes[]> = (data) =>
  readList(data, (item) => {
    const appId = jsonText(jsonField(item, 'appId'));
    const limitTimes = readCount(jsonField(item, 'limitTimes'));
    if (appId === undefined || limitTimes === undefined) return unreadable(answerTexts().limitLacks);
    return read({ appId, limitTimes, ...readOptionalText(item, 'startDate'), ...readOptionalText(item, 'endDate') });
  });

export const readDailyAccessTimes: DataReader<readonly DailyAccessTimes[]> = (data) =>
  readList(data, (item) => {
    const appId = jsonText(jsonField(item, 'appId'));
    const accessDate = jsonText(jsonField(item, 'accessDate'));
    const limitTimes = readCount(jsonField(item, 'limitTimes'));
    const haveAcessTimes = readCount(jsonField(item, 'haveAcessTimes'));
    if (appId === undefined || accessDate === undefined || limitTimes === undefined || haveAcessTimes === undefined) {
      return unreadable(answerTexts().dayLacks);
    }
    return read({ appId, accessDate, limitTimes, haveAcessTimes });
  });

export const readCategories: DataReader<readonly Category[]> = (data) =>
  readList(data, (item) => {
    const uid = readUid(jsonField(item, 'uid'));
    const name = jsonText(jsonField(item, 'name'));
    return uid === undefined || name === undefined ? unreadable(answerTexts().categoryLacks) : read({ uid, name });
  });

/** A list of objects; a success without data is an empty one. */
function readList<T>(data: JsonValue | undefined, readItem: (item: JsonObject) => Reading<T>): Reading<readonly T[]> {
  if (data === undefined || data === null) return read([]);
  if (!Array.isArray(data)) return unreadable(answerTexts().dataNoList);
  const items: T[] = [];
  for (const value of data) {
    if (!isJsonObject(value)) return unreadable(answerTexts().listNoObjects);
    const reading = readItem(value);
    if (!reading.isRead) return reading;
    items.push(reading.value);
  }
  return read(items);
}

/** A small whole number: calls a day, rows a page. */
function readCount(value: JsonValue | undefined): number | undefined {
  const digits = jsonDecimal(value);
  return digits !== undefined && /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

function readOptionalText<Name extends string>(object: JsonObject, name: Name): { readonly [key in Name]?: string } {
  const text = jsonText(jsonField(object, name));
  // A computed key widens to string; the name is the one that was asked for.
  return (text === undefined || text === '' ? {} : { [name]: text }) as { readonly [key in Name]?: string };
}
