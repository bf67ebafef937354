import { topic } from '../texts.ts';

/** Calls to a vendor: why they stop, wait, or are refused. `words`: the vendor's own, in their quotes; '' when there are none. */
export const CALLS = {
  // describe-answer.ts
  success: 'success',
  refused: (errorCode: string, words: string) => `refused ${errorCode}: ${words || 'without a message'}`,
  unanswered: (errorCode: string, detail: string) => `no answer that can be believed (${errorCode}: ${detail})`,
  notSent: (errorCode: string, detail: string) => `not sent (${errorCode}: ${detail})`,

  // breaker.ts, lane.ts
  noAnswers: (count: number, errorCode: string, detail: string) =>
    `${count} calls in a row without an answer; the last: ${errorCode}, ${detail}`,
  sameRefusals: (count: number, errorCode: string, words: string) =>
    `${count} refusals in a row with code ${errorCode} (${words || 'without a message'})`,
  unknownRefusals: (count: number, errorCode: string, words: string) =>
    `${count} refusals in a row with code ${errorCode} (${words || 'without a message'}). If it means that the day's calls are used up, put it into kybio.quotaCodes of the config file; if too many calls at once, into kybio.tooFastCodes or wonder.tooFastCodes`,
  badCredentials: (errorCode: string, words: string) =>
    `the vendor answered ${errorCode} (${words || 'without a message'})`,

  // day-quota.ts
  vendorSaysUsedUp: "the vendor says that the day's calls are used up",
  answeredUsedUp: (errorCode: string) => `the vendor answered ${errorCode}: the day's calls are used up`,
  /** `ahead`: the day that calls were counted on, and an earlier day by the clock. */
  usedUp: (
    used: number,
    dailyQuota: number,
    keptBack: number,
    ahead: { readonly clockDay: string; readonly day: string } | undefined,
  ) =>
    `${used} of the day's ${dailyQuota} calls are used${keptBack > 0 ? `, ${keptBack} kept back` : ''}${
      ahead === undefined
        ? ''
        : `; by the clock it is ${ahead.clockDay}, but calls were counted on ${ahead.day} while a clock was ahead, and the count never goes back to an earlier day`
    }`,

  // rate.ts
  badRate: (text: string) => `The rate ${text} cannot be used.`,
  rateTooHigh: (text: string, max: number) => `The rate ${text} is above ${max} calls a second.`,
  badRateHint: 'Write calls per second or minute, such as 5/s, 100/m or 0.5/s, or unlimited.',

  // send/error-count.ts
  tooManyErrors: (count: number, limit: number) =>
    `${count} rows went wrong, --max-errors allows ${limit}: carry on with a larger one, or give the rest up with runs cancel and correct the file`,

  // http/call-log.ts
  logBroken: (path: string, why: string) =>
    `The log ${path} cannot be written any more (${why}). The run goes on without it.`,
  logRefused: (path: string, why: string) => `The log cannot be written to ${path}: ${why}.`,
  logRefusedHint: 'Nothing was sent. Name another file with --log.',
  logIsNoFile: 'it is no regular file',
  logIsOther: 'it is there already, and is no log of memberload',

  // http/transport.ts, wonder/client.ts, wonder/signature.ts
  badUrl: 'The base URL cannot be read.',
  urlNotPlain: (host: string) => `The base URL for ${host} is not a plain http(s) URL.`,
  badUrlHint: 'Write it like https://host/path, without a question mark, a user name or a password.',
  badAppId: 'The Wonder AppID has characters that cannot be in a credential.',
  badAppIdHint: 'Set WONDER_APP_ID to the AppID as the Wonder dashboard shows it.',
  keyNotPem: 'The Wonder private key is not in PEM format.',
  keyIsOther: (label: string) => `The Wonder private key is a ${label} instead.`,
  keyEncrypted: 'The Wonder private key is encrypted with a passphrase.',
  keyOfType: (type: string) => `The Wonder private key is of type ${type}, not RSA.`,
  keyTooShort: (bits: number, min: number) => `The Wonder private key has ${bits} bits, fewer than ${min}.`,
  keyDamaged: 'The Wonder private key is damaged: its PEM block cannot be read.',
  badKeyHint: 'Set WONDER_PRIVATE_KEY_FILE to the unencrypted RSA private key (PEM, 2048 or 4096 bits) of this AppID.',
};

export const callTexts = topic('calls', CALLS);
