import { topic } from '../texts.ts';

/** Why there is no answer, or why an answer is not believed. Parts of a sentence, without a full stop. */
export const ANSWERS = {
  // http/exchange.ts, http/transport.ts
  noConnection: (timeoutMs: number) => `no connection within ${timeoutMs} ms`,
  noCompleteAnswer: (timeoutMs: number) => `no complete answer within ${timeoutMs} ms`,
  abortedWaiting: 'aborted while waiting for the answer',
  abortedUnsent: 'aborted before it was sent',
  tooLateToSend: 'it was too late to send it',
  keptFromResending: 'kept from being sent a second time',
  connectionsClosed: 'the connections are closed already',
  connectionsWereClosed: 'the connections were closed',

  // http/decode-body.ts
  encodedOften: 'the answer is encoded several times',
  unknownContentEncoding: 'the answer has an unknown Content-Encoding',
  tooLarge: (bytes: number) => `the answer is larger than ${bytes} bytes`,
  damagedEncoding: (encoding: string, code: string) =>
    `the ${encoding} answer is damaged or cut short${code === '' ? '' : ` (${code})`}`,

  // http/json-reply.ts, http/lossless-json.ts
  status: (status: number, body: string) => `HTTP ${status}, ${body}`,
  badResponse: (status: number, problem: string, body: string) => `HTTP ${status}, ${problem}, ${body}`,
  /** `type`: of the content; '' when it is not told. */
  body: (byteCount: number, type: string) => `${byteCount} bytes, ${type || 'no content type'}`,
  otherShape: 'the answer has another shape',
  nothingThere: 'the server has nothing at this address: check the base URL',
  bodyEmpty: 'the body is empty',
  bodyNotUtf8: 'the body is not UTF-8',
  bodyNotJson: (why: string) => `the body is not JSON (${why})`,
  nestedTooDeep: 'nested too deep',
  damaged: (character: string | undefined) =>
    character === undefined ? 'damaged' : `damaged at character ${character}`,

  // kybio/
  wrongSeal: 'its data-signature is wrong',
  noSeal: 'it has no data-signature',
  noKybioEnvelope: 'it is no Kybio envelope',
  successWithCode: 'a success that carries an errorCode',
  bareStatus: (status: number) =>
    `HTTP ${status} without Kybio's own answer: a gateway may say so after Kybio has applied the call`,
  otherAddedNumber: 'the added member has another number',
  badUid: 'the customerUid is not usable',
  aboutAnother: (name: string) => `the answer is about another ${name}`,
  pageNoObject: 'the page is no object',
  pageNoList: 'the result of the page is no list',
  pageBlankMember: 'the page has a blank member',
  pageNoCursor: 'a full page without a cursor',
  pageSameCursor: 'the cursor has not moved',
  incrementNoData: 'the increment has no data',
  incrementLacks: 'a value of the increment is missing or no number',
  limitLacks: 'an access limit without appId or limit',
  dayLacks: 'a day of the access log lacks a value',
  categoryLacks: 'a category without uid or name',
  dataNoList: 'the data is no list',
  listNoObjects: 'the list has something else than objects',
  memberNoObject: 'the member is no object',
  memberNoUid: 'a member without a usable customerUid',
  memberFieldNoText: (name: string) => `a member whose ${name} is no text`,
  memberFieldNoNumber: (name: string) => `a member whose ${name} is no number`,

  // wonder/
  noWonderEnvelope: 'it is no Wonder envelope',
  noSuchCustomer: 'no such customer: success without data',
  noCustomerList: 'the answer has no list of customers',
  noCustomer: 'the answer has no customer',
  customerFieldNoText: (name: string) => `a customer whose ${name} is no text`,
  customerNoUuid: 'a customer without a uuid',
};

export const answerTexts = topic('answers', ANSWERS);
