import { zonedDay } from '../../base/zoned-time.ts';
import { type JsonFields, ParameterError, parseJsonFields } from '../json-input.ts';
import { tooManyRequests } from '../reply.ts';
import type { SandboxSwitches } from '../switches.ts';
import { headerText, type IncomingCall, type Vendor, type VendorContext } from '../vendor-call.ts';
import { queryAccessTimes, queryDailyAccessTimesLog } from './access-times.ts';
import { batchUpdateCategory, queryAllCustomerCategory } from './categories.ts';
import { type KybioAnswer, type KybioEndpoint, REFUSALS, refusal, renderKybioAnswer, signedReply } from './endpoint.ts';
import { updateBalancePointByIncrement } from './increment.ts';
import { queryByNumber, queryByUid, queryCustomerPages } from './query-member.ts';
import { add, updateBaseInfo } from './save-member.ts';
import { checkKybioSignature } from './signature.ts';

const ENDPOINTS: ReadonlyMap<string, KybioEndpoint> = new Map([
  ['customerOpenApi/add', add],
  ['customerOpenApi/updateBaseInfo', updateBaseInfo],
  ['customerOpenApi/queryByNumber', queryByNumber],
  ['customerOpenApi/queryByUid', queryByUid],
  ['customerOpenApi/queryCustomerPages', queryCustomerPages],
  ['customerOpenApi/updateBalancePointByIncrement', updateBalancePointByIncrement],
  ['customerOpenApi/queryAllCustomerCategory', queryAllCustomerCategory],
  ['customerOpenApi/batchUpdateCategory', batchUpdateCategory],
  ['openApiLimitAccess/queryAccessTimes', queryAccessTimes],
  ['openApiLimitAccess/queryDailyAccessTimesLog', queryDailyAccessTimesLog],
]);

const PATH_PREFIX = /^(?:\/pospal-api2)?\/openapi\/v1\//;

export function kybioVendor(appId: string, appKey: string): Vendor {
  const render = (answer: KybioAnswer, switches: SandboxSwitches, httpStatus?: number) =>
    renderKybioAnswer(answer, appKey, switches, httpStatus);

  return {
    route(method, path) {
      const name = path.replace(PATH_PREFIX, '');
      const endpoint = name === path || method !== 'POST' ? undefined : ENDPOINTS.get(name);
      return endpoint === undefined ? undefined : { endpoint: name, kind: endpoint.kind };
    },

    count(call, endpoint, { state, switches, nowMs }) {
      const day = zonedDay(nowMs, switches.quotaTimeZone);
      // The account is known by its appId; whatever cannot be read is charged to the only account there is.
      const account = appIdOf(call.body, appId) === appId ? 'kybio' : 'unknown';
      state.callCounts.add(day, account, endpoint);
      if (switches.quotaLimit === 0 || account === 'unknown') return 0;
      return state.callCounts.usedOn(day, account) + switches.otherCallsToday;
    },

    apply(call, endpoint, context, usedCalls) {
      const { switches } = context;
      try {
        const fields = parseJsonFields(call.body);
        const refused = refuseCredentials(call, fields, switches);
        if (refused !== undefined) return render(refused, switches);
        if (switches.quotaLimit > 0 && usedCalls > switches.quotaLimit) {
          return render(refusal(switches.quotaCode, '今日接口调用次数已用完'), switches, switches.quotaHttpStatus);
        }
        return render(run(fields, endpoint, context, call.callId), switches);
      } catch (error) {
        if (error instanceof ParameterError) return render(refusal('9003', `请求参数错误: ${error.message}`), switches);
        throw error;
      }
    },

    withBody: (reply, body, switches) => signedReply(reply.httpStatus, body, appKey, switches),
    tooFast: (switches) =>
      switches.tooFastStyle === 'code'
        ? render(refusal(switches.tooFastCode, '请求过于频繁'), switches)
        : tooManyRequests(switches),
    unknownCode: (switches) => render(refusal('7777', '系统繁忙'), switches),
    serverError: (switches) => render(refusal('0', '未知错误'), switches, 500),
  };

  function refuseCredentials(call: IncomingCall, fields: JsonFields, switches: SandboxSwitches) {
    const givenAppId = fields.value('appId');
    if (typeof givenAppId !== 'string') throw new ParameterError('appId is missing');
    if (givenAppId !== appId) return REFUSALS.unknownAppId;
    const signed = {
      body: call.body,
      dataSignature: headerText(call, 'data-signature'),
      dataSignatureV3: headerText(call, 'data-signature-v3'),
      timeStamp: headerText(call, 'time-stamp'),
    };
    const check = checkKybioSignature(signed, appId, appKey, switches.signature);
    return check === 'good' ? undefined : REFUSALS[check];
  }

  function run(fields: JsonFields, endpoint: string, context: VendorContext, callId: number) {
    const found = ENDPOINTS.get(endpoint);
    if (found === undefined) throw new ParameterError('no such interface');
    return found.answer(fields, { appId, callId, ...context });
  }
}

/** Without parsing the body a second time: the own appId is in it, or it is not. */
function appIdOf(body: Buffer, ownAppId: string): string | undefined {
  if (body.includes(ownAppId)) return ownAppId;
  return /"appId"\s*:\s*"([^"]*)"/.exec(body.toString('latin1'))?.[1] ?? ownAppId;
}
