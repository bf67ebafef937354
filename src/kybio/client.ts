import type { Clock } from '../base/clock.ts';
import { assert } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { Answer } from '../http/answer.ts';
import type { CallOptions } from '../http/call-options.ts';
import { type JsonObject, type JsonValue, jsonNumber, stringifyJson } from '../http/lossless-json.ts';
import { readServerDate, type ServerDate } from '../http/server-date.ts';
import { openTransport, type Surrounds } from '../http/transport.ts';
import { inEnglish } from '../texts/texts.ts';
import { type DataReader, type RefusalFrom, readKybioAnswer } from './answers.ts';
import {
  type AccessTimes,
  type Category,
  type DailyAccessTimes,
  type IncrementAnswer,
  type MemberPage,
  type PageCursor,
  readAccessTimes,
  readAdded,
  readCategories,
  readDailyAccessTimes,
  readFound,
  readIncrement,
  readNothing,
  readPage,
} from './data-readers.ts';
import type { CodeSettings } from './error-codes.ts';
import { customerInfoFields, decimalNumber, type PasswordSetting, uidNumber } from './request-fields.ts';
import { signV1, signV3 } from './signature.ts';

export type { DailyAccessTimes, IncrementAnswer, MemberPage, PageCursor } from './data-readers.ts';

export type KybioSettings = {
  /** Up to and including `/openapi/v1`. */
  readonly baseUrl: string;
  readonly appId: string;
  readonly appKey: string;
  readonly signature: 'v1' | 'v3' | 'both';
  readonly timeoutMs: number;
  readonly connections: number;
  readonly codes: CodeSettings;
  readonly answerSignature: 'ignore' | 'if_present' | 'required';
  readonly password: PasswordSetting;
};

export type Increment = {
  readonly customerUid: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  /** `yyyy-MM-dd HH:mm:ss` in the store's zone. */
  readonly dataChangeTime: string;
};

type CategoryChange = { readonly customerUid: string; readonly customerCategoryUid: string };

/**
 * Kybio's member calls. Every method is one attempt of one call and ends in an Answer; it never rejects
 * for anything the network or the vendor does. Ids and amounts are texts, digit for digit, both ways.
 */
export interface KybioClient {
  add(customerInfo: TextFields, options?: CallOptions): Promise<Answer<{ readonly customerUid?: string }>>;
  updateBaseInfo(customerUid: string, fields: TextFields, options?: CallOptions): Promise<Answer<undefined>>;
  /** Undefined: no such member, in each of the shapes in which Kybio may say so. */
  queryByNumber(number: string, options?: CallOptions): Promise<Answer<TextFields | undefined>>;
  queryByUid(customerUid: string, options?: CallOptions): Promise<Answer<TextFields | undefined>>;
  /** The first page without a cursor; then with the one that came last. Ids ascend. */
  queryCustomerPages(cursor?: PageCursor, options?: CallOptions): Promise<Answer<MemberPage>>;
  updateBalancePointByIncrement(increment: Increment, options?: CallOptions): Promise<Answer<IncrementAnswer>>;
  /** Costs a call of the quota, like every other. Answers for every appId of the chain. */
  queryAccessTimes(options?: CallOptions): Promise<Answer<readonly AccessTimes[]>>;
  /** Dates as `yyyy-MM-dd`, at most 7 days apart: a longer span is refused and still charged. */
  queryDailyAccessTimesLog(
    beginDate: string,
    endDate: string,
    options?: CallOptions,
  ): Promise<Answer<readonly DailyAccessTimes[]>>;
  queryAllCustomerCategory(options?: CallOptions): Promise<Answer<readonly Category[]>>;
  /** At most 100 changes. */
  batchUpdateCategory(changes: readonly CategoryChange[], options?: CallOptions): Promise<Answer<undefined>>;
  /** By the last answer that had one. */
  readonly serverDate: ServerDate | undefined;
  close(): Promise<void>;
}

const CATEGORY_CHANGES_MAX = 100;

type CallCare = {
  readonly acceptEncoding: 'gzip' | 'identity';
  readonly avoidsIdleSocket: boolean;
  readonly refusalFrom: RefusalFrom;
};

const USUAL_CARE: CallCare = { acceptEncoding: 'gzip', avoidsIdleSocket: false, refusalFrom: 'status' };

/** Not compressed: one way less for the answer that matters most to be unreadable. */
const MONEY_CARE: CallCare = { acceptEncoding: 'identity', avoidsIdleSocket: true, refusalFrom: 'envelope' };

export function openKybioClient(
  settings: KybioSettings,
  clock: Pick<Clock, 'nowMs'>,
  { proxy, log }: Surrounds = {},
): KybioClient {
  const { baseUrl, connections } = settings;
  const transport = openTransport({ baseUrl, connections, proxy });
  let serverDate: ServerDate | undefined;

  async function call<T>(
    endpoint: string,
    parameters: JsonObject,
    readData: DataReader<T>,
    options: CallOptions | undefined,
    care: CallCare = USUAL_CARE,
  ): Promise<Answer<T>> {
    // Written once: the signed bytes are the sent bytes.
    const body = stringifyJson({ appId: settings.appId, ...parameters });
    const startedMs = clock.nowMs();
    const result = await transport.send({
      method: 'POST',
      path: `/${endpoint}`,
      headers: {
        'User-Agent': 'openApi',
        'Content-Type': 'application/json; charset=utf-8',
        'accept-encoding': care.acceptEncoding,
        ...signatureHeaders(settings, String(Math.trunc(startedMs)), body),
      },
      body,
      timeoutMs: settings.timeoutMs,
      signal: options?.signal,
      mayStart: options?.mayStart,
      onSent: options?.onSent,
      avoidsIdleSocket: care.avoidsIdleSocket,
    });
    serverDate = readServerDate(result, clock) ?? serverDate;
    const readAnswer = () => readKybioAnswer(result, settings, clock, { readData, refusalFrom: care.refusalFrom });
    const answer = readAnswer();
    log?.write({ about: options?.about, endpoint, body, startedMs, result, answer: inEnglish(answer, readAnswer) });
    return answer;
  }

  /** A lookup's "there is no such member" is an answer, not a refusal. */
  async function find(
    endpoint: string,
    parameters: JsonObject,
    readData: DataReader<TextFields | undefined>,
    options: CallOptions | undefined,
  ): Promise<Answer<TextFields | undefined>> {
    const answer = await call(endpoint, parameters, readData, options);
    const isNotFound = answer.kind === 'refused' && answer.meaning === 'not_found';
    return isNotFound ? { kind: 'success', data: undefined } : answer;
  }

  return {
    add(customerInfo, options) {
      const parameters = { customerInfo: customerInfoFields(customerInfo, settings.password) };
      return call('customerOpenApi/add', parameters, readAdded(customerInfo.number), options);
    },
    updateBaseInfo(customerUid, fields, options) {
      const { customerUid: _given, ...others } = fields;
      const info = { customerUid: uidNumber(customerUid), ...customerInfoFields(others, settings.password) };
      return call('customerOpenApi/updateBaseInfo', { customerInfo: info }, readNothing, options);
    },
    queryByNumber(number, options) {
      const parameters = { customerNum: number };
      return find('customerOpenApi/queryByNumber', parameters, readFound('number', number), options);
    },
    queryByUid(customerUid, options) {
      const parameters = { customerUid: uidNumber(customerUid) };
      return find('customerOpenApi/queryByUid', parameters, readFound('customerUid', customerUid), options);
    },
    queryCustomerPages(cursor, options) {
      const parameters: JsonObject = cursor === undefined ? {} : { postBackParameter: echoCursor(cursor) };
      return call('customerOpenApi/queryCustomerPages', parameters, readPage(cursor), options);
    },
    updateBalancePointByIncrement(increment, options) {
      const parameters: JsonObject = {
        customerUid: uidNumber(increment.customerUid),
        balanceIncrement: decimalNumber(increment.balanceIncrement, 'balanceIncrement'),
        pointIncrement: decimalNumber(increment.pointIncrement, 'pointIncrement'),
        dataChangeTime: increment.dataChangeTime,
      };
      return call('customerOpenApi/updateBalancePointByIncrement', parameters, readIncrement, options, MONEY_CARE);
    },
    queryAccessTimes(options) {
      return call('openApiLimitAccess/queryAccessTimes', {}, readAccessTimes, options);
    },
    queryDailyAccessTimesLog(beginDate, endDate, options) {
      const parameters = { beginDate, endDate };
      return call('openApiLimitAccess/queryDailyAccessTimesLog', parameters, readDailyAccessTimes, options);
    },
    queryAllCustomerCategory(options) {
      return call('customerOpenApi/queryAllCustomerCategory', {}, readCategories, options);
    },
    batchUpdateCategory(changes, options) {
      assert(changes.length <= CATEGORY_CHANGES_MAX, 'more than 100 category changes in one call');
      const customerCategories = changes.map((change) => ({
        customerUid: uidNumber(change.customerUid),
        customerCategoryUid: uidNumber(change.customerCategoryUid),
      }));
      // The parameter's name is from the article KB-060.
      return call('customerOpenApi/batchUpdateCategory', { customerCategories }, readNothing, options);
    },
    get serverDate() {
      return serverDate;
    },
    close: () => transport.close(),
  };
}

/** v3 goes with an appId header in every public client that sends it. */
function signatureHeaders(settings: KybioSettings, timeStamp: string, body: string): Record<string, string> {
  const { appId, appKey, signature } = settings;
  const headers: Record<string, string> = { 'time-stamp': timeStamp };
  if (signature !== 'v3') headers['data-signature'] = signV1(appKey, body);
  if (signature !== 'v1') {
    headers.appId = appId;
    headers['data-signature-v3'] = signV3(appId, appKey, timeStamp, body);
  }
  return headers;
}

function echoCursor(cursor: PageCursor): JsonValue {
  const { parameterType, parameterValue } = cursor;
  return { parameterType, parameterValue: cursor.isNumber ? jsonNumber(parameterValue) : parameterValue };
}
