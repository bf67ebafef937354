import { accountId, anyText, clockOffset, count, listOf, oneOf, type Reader, timeZone, toggle } from './readers.ts';

const CODES = listOf(anyText, 0);

/** Where records are, and the facts of a vendor that its documents leave open. None of them is a flag. */
export const CONNECTION_SETTINGS = {
  kybioBaseUrl: location('KYBIO_BASE_URL', anyText, "Kybio's address up to and including /openapi/v1"),
  kybioAppId: location('KYBIO_APP_ID', accountId, 'the appId of the store'),
  kybioAppKey: secret('KYBIO_APP_KEY', 'the key of the appId'),
  kybioAppKeyFile: location('KYBIO_APP_KEY_FILE', anyText, 'the file with the key of the appId, instead of the key'),
  wonderBaseUrl: location('WONDER_BASE_URL', anyText, "the gateway's address, e.g. https://gateway-stg.wonder.today"),
  wonderAppId: location('WONDER_APP_ID', accountId, 'the AppID of the business'),
  wonderPrivateKeyFile: location('WONDER_PRIVATE_KEY_FILE', anyText, 'the file with the RSA private key (PEM)'),
  ledgerUrl: secret(
    'MEMBERLOAD_LEDGER_URL',
    'a ledger on PostgreSQL that several machines share: postgres://user@host/database',
  ),
  ledgerUrlFile: secret('MEMBERLOAD_LEDGER_URL_FILE', 'the file with that address, when the address holds a password'),
  dataKeyFile: secret(
    'MEMBERLOAD_DATA_KEY_FILE',
    'the file with the key that seals the rows of runs in a shared ledger, so that any machine can carry them on',
  ),
  home: secret('MEMBERLOAD_HOME', 'folder of ledger, stages and sandbox state; an absolute path'),

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

function location<T, const E extends string>(environment: E, reader: Reader<T>, about: string) {
  return { reader, environment, about, isOfStore: true, commands: [], group: 'where' } as const;
}

/** Comes from the environment alone. */
function secret<const E extends string>(environment: E, about: string) {
  return { reader: anyText, environment, about, only: 'environment', commands: [], group: 'where' } as const;
}

function fact<T, const S extends string>(reader: Reader<T>, standard: S, about: string) {
  return { reader, standard, about, commands: [], group: 'where' } as const;
}
