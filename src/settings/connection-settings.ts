import { accountId, anyText, clockOffset, count, listOf, oneOf, type Reader, timeZone, toggle } from './readers.ts';

const CODES = listOf(anyText, 0);

/** Where records are, and the facts of a vendor that its documents leave open. None of them is a flag. */
export const CONNECTION_SETTINGS = {
  kybioBaseUrl: location('KYBIO_BASE_URL', anyText),
  kybioAppId: location('KYBIO_APP_ID', accountId),
  kybioAppKey: secret('KYBIO_APP_KEY'),
  kybioAppKeyFile: location('KYBIO_APP_KEY_FILE', anyText),
  wonderBaseUrl: location('WONDER_BASE_URL', anyText),
  wonderAppId: location('WONDER_APP_ID', accountId),
  wonderPrivateKeyFile: location('WONDER_PRIVATE_KEY_FILE', anyText),
  ledgerUrl: secret('MEMBERLOAD_LEDGER_URL'),
  ledgerUrlFile: secret('MEMBERLOAD_LEDGER_URL_FILE'),
  dataKeyFile: secret('MEMBERLOAD_DATA_KEY_FILE'),
  home: secret('MEMBERLOAD_HOME'),

  'kybio.signature': fact(oneOf('v1', 'v3', 'both'), 'v1', 'the way of signing'),
  'kybio.quotaCodes': fact(CODES, '', "error codes that mean: the day's calls are used up (nobody publishes one)"),
  'kybio.tooFastCodes': fact(CODES, '', 'error codes that mean: too many calls in a short time'),
  'kybio.notFoundCodes': fact(CODES, '2015', 'error codes that mean: no such member'),
  'kybio.repeatCodes': fact(CODES, '', 'error codes that mean: this dataChangeTime was applied before'),
  'kybio.answerSignature': fact(
    oneOf('ignore', 'if_present', 'required'),
    'ignore',
    'what to do with the signature of answers',
  ),
  'kybio.password': fact(oneOf('plain', 'md5_upper', 'md5_lower', 'never'), 'plain', 'how add sends a password'),
  'kybio.quotaZone': fact(timeZone, 'Asia/Shanghai', 'time zone in whose midnight the daily calls come back'),
  'kybio.pageSize': fact(count(1, 10_000), '100', 'members in a full page, where the page itself does not say'),

  'wonder.signQuery': fact(toggle, 'true', 'whether the query string is signed'),
  'wonder.putBody': fact(oneOf('flat', 'wrapped'), 'flat', 'body of PUT'),
  'wonder.notFoundCodes': fact(CODES, '', 'error codes that mean: no such customer (beside HTTP 404 and no data)'),
  'wonder.tooFastCodes': fact(CODES, '', 'error codes that mean: too many calls in a short time'),
  'wonder.language': {
    reader: oneOf('zh-HK', 'zh-CN', 'en'),
    about: 'language of messages',
    commands: [],
    group: 'where',
  },
  'wonder.clockOffsetMs': fact(clockOffset, '0', "milliseconds to add to this machine's clock"),
  'wonder.pageSize': fact(count(1, 1000), '1000', 'customers in a page'),
} as const;

function location<T, const E extends string>(environment: E, reader: Reader<T>) {
  return { reader, environment, isOfStore: true, commands: [], group: 'where' } as const;
}

/** Comes from the environment alone. */
function secret<const E extends string>(environment: E) {
  return { reader: anyText, environment, only: 'environment', commands: [], group: 'where' } as const;
}

function fact<T, const S extends string>(reader: Reader<T>, standard: S, about: string) {
  return { reader, standard, about, commands: [], group: 'where' } as const;
}
