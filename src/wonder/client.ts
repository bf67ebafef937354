import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { assert, usageError } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { Answer, Refused } from '../http/answer.ts';
import type { CallOptions } from '../http/call-options.ts';
import { jsonText } from '../http/json-text.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonField, stringifyJson } from '../http/lossless-json.ts';
import { read, unreadable } from '../http/reading.ts';
import { readServerDate, type ServerDate } from '../http/server-date.ts';
import { openTransport, type Surrounds } from '../http/transport.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import { callTexts } from '../texts/runs/calls.ts';
import { inEnglish } from '../texts/texts.ts';
import { readWonderAnswer, type SuccessReader, type WonderCodes } from './answers.ts';
import { readCustomer } from './customer-record.ts';
import { ALGORITHM, credentialTime, digestOf, loadPrivateKey, signDigest } from './signature.ts';

export type WonderSettings = {
  /** The gateway without the API's path, e.g. `https://gateway-stg.wonder.today`. */
  readonly baseUrl: string;
  readonly appId: string;
  readonly privateKeyPem: string;
  readonly timeoutMs: number;
  readonly connections: number;
  /** Whether the query string is inside the signature: so with all vendor code, against the documentation's words. */
  readonly signQuery: boolean;
  readonly putBody: 'flat' | 'wrapped';
  readonly codes: WonderCodes;
  /** `zh-HK`, `zh-CN` or `en`: the language of messages. */
  readonly language?: string | undefined;
  /** Added to the clock for the credential's time, which must be within 30 minutes of the server's. */
  readonly clockOffsetMs?: number | undefined;
};

/** What makes two equal requests differ. Injected so that tests can hold it. */
type WonderRandom = {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  uuid(): string;
};

export const systemWonderRandom: WonderRandom = { int: (below) => randomInt(below), uuid: () => randomUUID() };

type CustomerList = { readonly customers: readonly TextFields[]; readonly total?: number };

/**
 * Wonder's customer calls. Every method is one attempt of one call and ends in an Answer; it never rejects
 * for anything the network or the vendor does. All of them may be repeated: POST updates a customer whose
 * reference_number exists, PUT sets fields.
 */
export interface WonderClient {
  /** The answered customer; it does not tell whether it was created or updated. */
  createCustomer(fields: TextFields, options?: CallOptions): Promise<Answer<TextFields>>;
  updateCustomer(uuid: string, fields: TextFields, options?: CallOptions): Promise<Answer<TextFields>>;
  /** `limit` up to 1,000. `total` comes from a header that only older documentation mentions. */
  listCustomers(
    page: { readonly limit: number; readonly offset: number },
    options?: CallOptions,
  ): Promise<Answer<CustomerList>>;
  /** Undefined: no such customer, in each of the shapes in which Wonder may say so. */
  findCustomerByReference(reference: string, options?: CallOptions): Promise<Answer<TextFields | undefined>>;
  /** Tests credentials, signature and clock without touching anything. */
  echo(message: string, options?: CallOptions): Promise<Answer<undefined>>;
  /** By the last answer that had one. */
  readonly serverDate: ServerDate | undefined;
  close(): Promise<void>;
}

type Request = {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** The path without the record's own id, when it has one: for the log. */
  readonly template?: string;
  readonly query?: string;
  readonly body?: JsonObject;
};

const API_PATH = '/svc/payment/api/v1/openapi';

export function openWonderClient(
  settings: WonderSettings,
  clock: Pick<Clock, 'nowMs'>,
  random: WonderRandom = systemWonderRandom,
  { proxy, log }: Surrounds = {},
): WonderClient {
  const privateKey = loadPrivateKey(settings.privateKeyPem);
  if (!/^[\x21-\x7e]+$/.test(settings.appId) || settings.appId.includes('/')) {
    throw usageError('BAD_APP_ID', callTexts().badAppId, callTexts().badAppIdHint);
  }
  const { baseUrl, connections } = settings;
  const transport = openTransport({ baseUrl, connections, proxy });

  let serverDate: ServerDate | undefined;

  async function call<T>(
    request: Request,
    readSuccess: SuccessReader<T>,
    options: CallOptions | undefined,
  ): Promise<Answer<T>> {
    const path = API_PATH + request.path;
    const query = request.query === undefined ? '' : `?${request.query}`;
    // Written once: the signed bytes are the sent bytes.
    const body = request.body === undefined ? undefined : stringifyJson(request.body);
    const startedMs = clock.nowMs();
    const time = credentialTime(startedMs + (settings.clockOffsetMs ?? 0));
    const nonce = createNonce(random);
    const requestId = random.uuid();
    const uri = transport.basePath + path + (settings.signQuery ? query : '');
    const digest = digestOf({ time, nonce, method: request.method, uri, body });
    const result = await transport.send({
      method: request.method,
      path: path + query,
      headers: {
        Credential: `${settings.appId}/${time}/${ALGORITHM}`,
        Nonce: nonce,
        Signature: await signDigest(digest, privateKey),
        'X-Request-ID': requestId,
        Accept: 'application/json',
        'accept-encoding': 'gzip',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(settings.language === undefined ? {} : { 'x-i18n-lang': settings.language }),
      },
      body,
      timeoutMs: settings.timeoutMs,
      signal: options?.signal,
      mayStart: options?.mayStart,
      onSent: options?.onSent,
    });
    serverDate = readServerDate(result, clock) ?? serverDate;
    const readAnswer = () => readWonderAnswer(result, settings.codes, clock, readSuccess);
    const answer = readAnswer();
    const endpoint = `${request.method} ${request.template ?? request.path}`;
    log?.write({
      about: options?.about,
      endpoint,
      requestId,
      body,
      startedMs,
      result,
      answer: inEnglish(answer, readAnswer),
    });
    return answer;
  }

  return {
    createCustomer(fields, options) {
      const body = { customer: bodyFields(fields, ['uuid']) };
      const readCreated = readWritten('reference_number', fields.reference_number);
      return call({ method: 'POST', path: '/customers', body }, readCreated, options);
    },
    async updateCustomer(uuid, fields, options) {
      assert(uuid !== '', 'an update without a uuid reached the client');
      // reference_number cannot change; Wonder may refuse a body that has it.
      const flat = bodyFields(fields, ['uuid', 'reference_number']);
      const body = settings.putBody === 'flat' ? flat : { customer: flat };
      const path = `/customers/${encodeURIComponent(uuid)}`;
      const answer = await call(
        { method: 'PUT', path, template: '/customers/:id', body },
        orNull(readWritten('uuid', uuid)),
        options,
      );
      if (answer.kind !== 'success') return answer;
      const { data } = answer;
      // Success with null data: nobody has that uuid.
      return data === undefined ? noSuchCustomer() : { kind: 'success', data };
    },
    listCustomers(page, options) {
      const query = `limit=${page.limit}&offset=${page.offset}`;
      return call({ method: 'GET', path: '/customers', query }, readList, options);
    },
    async findCustomerByReference(reference, options) {
      assert(reference !== '', 'a lookup without a reference reached the client');
      const path = `/customers/ref/${encodeURIComponent(reference)}`;
      const answer = await call(
        { method: 'GET', path, template: '/customers/ref/:id' },
        orNull(readWritten('reference_number', reference)),
        options,
      );
      const isNotFound = answer.kind === 'refused' && answer.meaning === 'not_found';
      return isNotFound ? { kind: 'success', data: undefined } : answer;
    },
    echo(message, options) {
      return call({ method: 'POST', path: '/echo', body: { message } }, () => read(undefined), options);
    },
    get serverDate() {
      return serverDate;
    },
    close: () => transport.close(),
  };
}

const NONCE_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const NONCE_LENGTH = 16;

function createNonce(random: WonderRandom): string {
  return Array.from({ length: NONCE_LENGTH }, () => NONCE_CHARACTERS[random.int(NONCE_CHARACTERS.length)]).join('');
}

/** Every documented field is a string. An empty one is left out: whether it would clear anything is unknown. */
function bodyFields(fields: TextFields, without: readonly string[]): JsonObject {
  const entries = Object.entries(fields).filter(([name, text]) => text !== '' && !without.includes(name));
  return Object.fromEntries(entries);
}

/** `data.customer` of POST and PUT; it has to be the customer that was sent. */
function readWritten(name: 'reference_number' | 'uuid', asked: string | undefined): SuccessReader<TextFields> {
  return (data) => {
    const customer = readCustomer(fieldOf(data, 'customer'));
    if (!customer.isRead) return customer;
    const answered = customer.value[name];
    // A uuid is the same in either case; whether a reference is, nobody documents, so it is taken to the letter.
    const isSame = name === 'uuid' ? answered?.toLowerCase() === asked?.toLowerCase() : answered === asked;
    const isOther = asked !== undefined && answered !== undefined && !isSame;
    return isOther ? unreadable(answerTexts().aboutAnother(name)) : customer;
  };
}

/** Null data under a success is one of the shapes of "no such customer". */
function orNull(readData: SuccessReader<TextFields>): SuccessReader<TextFields | undefined> {
  return (data, headers) => {
    const isNothing = data === null || (isJsonObject(data) && jsonField(data, 'customer') === null);
    return isNothing ? read(undefined) : readData(data, headers);
  };
}

function noSuchCustomer(): Refused {
  const messages = [answerTexts().noSuchCustomer];
  return { kind: 'refused', errorCode: 'HTTP_200', messages, meaning: 'not_found' };
}

const readList: SuccessReader<CustomerList> = (data, headers) => {
  const rows = fieldOf(data, 'customers');
  if (!Array.isArray(rows)) return unreadable(answerTexts().noCustomerList);
  const customers: TextFields[] = [];
  for (const row of rows) {
    const customer = readCustomer(row);
    if (!customer.isRead) return customer;
    customers.push(customer.value);
  }
  const total = readTotal(headers['x-total-entries']) ?? readTotal(jsonText(fieldOf(data, 'total')));
  return read(total === undefined ? { customers } : { customers, total });
};

function readTotal(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text.trim()) ? Number(text) : undefined;
}

function fieldOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) ? jsonField(value, name) : undefined;
}
