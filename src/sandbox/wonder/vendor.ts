import type { KeyObject } from 'node:crypto';
import { zonedDay } from '../../base/zoned-time.ts';
import { ParameterError, parseJsonFields } from '../json-input.ts';
import { NO_SUCH_PAGE, tooManyRequests } from '../reply.ts';
import { headerText, type IncomingCall, type Vendor } from '../vendor-call.ts';
import { createCustomer, editCustomer, getCustomerByReference, listCustomers } from './customers.ts';
import {
  invalidParameters,
  renderWonderError,
  renderWonderSuccess,
  WONDER_ERRORS,
  type WonderEndpoint,
  type WonderRequest,
} from './endpoint.ts';
import { checkWonderSignature } from './signature.ts';

const BASE = '/svc/payment/api/v1';

/** Changes nothing: it is there to try a signature. */
const echo: WonderEndpoint = {
  kind: 'read',
  answer({ body }, { switches }) {
    if (body.length === 0) return renderWonderSuccess('{}', switches);
    parseJsonFields(body);
    return renderWonderSuccess(body.toString('utf8'), switches);
  },
};

const ENDPOINTS: readonly { name: string; method: string; path: RegExp; endpoint: WonderEndpoint }[] = [
  { name: 'POST /customers', method: 'POST', path: /^\/openapi\/customers$/, endpoint: createCustomer },
  { name: 'PUT /customers/:id', method: 'PUT', path: /^\/openapi\/customers\/([^/]+)$/, endpoint: editCustomer },
  { name: 'GET /customers', method: 'GET', path: /^\/openapi\/customers$/, endpoint: listCustomers },
  {
    name: 'GET /customers/ref/:id',
    method: 'GET',
    path: /^\/openapi\/customers\/ref\/([^/]+)$/,
    endpoint: getCustomerByReference,
  },
  { name: 'POST /echo', method: 'POST', path: /^(?:\/openapi)?\/echo$/, endpoint: echo },
];

export function wonderVendor(appId: string, publicKey: KeyObject): Vendor {
  return {
    route(method, path) {
      if (!path.startsWith(BASE)) return undefined;
      const rest = path.slice(BASE.length);
      const found = ENDPOINTS.find((candidate) => candidate.method === method && candidate.path.test(rest));
      return found === undefined ? undefined : { endpoint: found.name, kind: found.endpoint.kind };
    },

    count(_call, endpoint, { state, switches, nowMs }) {
      state.callCounts.add(zonedDay(nowMs, switches.quotaTimeZone), 'wonder', endpoint);
      return 0;
    },

    apply(call, endpoint, context) {
      const { switches, nowMs } = context;
      const check = checkWonderSignature(
        {
          credential: headerText(call, 'credential'),
          nonce: headerText(call, 'nonce'),
          signature: headerText(call, 'signature'),
          ...call,
        },
        { appId, publicKey, clockWindowMs: switches.clockWindowMinutes * 60_000, signQuery: switches.signQuery },
        nowMs,
      );
      if (check !== 'good') return renderWonderError(WONDER_ERRORS[check], switches);
      const found = ENDPOINTS.find((candidate) => candidate.name === endpoint);
      if (found === undefined) return NO_SUCH_PAGE;
      try {
        return found.endpoint.answer(readRequest(call, found.path), context);
      } catch (error) {
        if (error instanceof ParameterError) return renderWonderError(invalidParameters(error.message), switches);
        throw error;
      }
    },

    withBody: (reply, body) => ({ ...reply, body }),
    tooFast: tooManyRequests,
    unknownCode: (switches) => renderWonderError(WONDER_ERRORS.unknownCode, switches),
    serverError: (switches) => renderWonderError(WONDER_ERRORS.internal, switches),
  };
}

function readRequest({ body, path, query }: IncomingCall, pattern: RegExp): WonderRequest {
  const encodedId = pattern.exec(path.slice(BASE.length))?.[1] ?? '';
  try {
    return { body, id: decodeURIComponent(encodedId), query };
  } catch {
    throw new ParameterError('the path is not percent-encoded');
  }
}
