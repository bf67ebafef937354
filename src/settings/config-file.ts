import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorText, usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { configKey, FLAGS } from './flags.ts';

export const CONFIG_FILE_NAME = 'memberload.config.json';

/** Flag values and vendor facts as the config file gives them, checked for unknown keys but not for values. */
export type ConfigFile = {
  readonly path: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  readonly kybio: Readonly<Record<string, unknown>>;
  readonly wonder: Readonly<Record<string, unknown>>;
  readonly sandbox: Readonly<Record<string, string>>;
  readonly stores: Readonly<Record<string, StoreConfig>>;
};

/** Where one store's records are. Keys and secrets stay in files of their own. */
export type StoreConfig = {
  readonly kybioBaseUrl?: string;
  readonly kybioAppId?: string;
  readonly kybioAppKeyFile?: string;
  readonly wonderBaseUrl?: string;
  readonly wonderAppId?: string;
  readonly wonderPrivateKeyFile?: string;
};

const STORE_KEYS = [
  'kybioBaseUrl',
  'kybioAppId',
  'kybioAppKeyFile',
  'wonderBaseUrl',
  'wonderAppId',
  'wonderPrivateKeyFile',
] as const satisfies readonly (keyof StoreConfig)[];

/** Facts of a vendor that its documents leave open (api notes), by their key in the config file. */
export const KYBIO_FACTS = {
  signature: 'v1 (default), v3 or both',
  quotaCodes: "error codes that mean: the day's calls are used up (default none: nobody publishes one)",
  tooFastCodes: 'error codes that mean: too many calls in a short time (default none)',
  notFoundCodes: 'error codes that mean: no such member (default ["2015"])',
  repeatCodes: 'error codes that mean: this dataChangeTime was applied before (default none)',
  answerSignature: 'what to do with the signature of answers: ignore (default), if_present or required',
  password: 'how add sends a password: plain (default), md5_upper, md5_lower or never',
  quotaZone: 'time zone in whose midnight the daily calls come back (default Asia/Shanghai)',
  pageSize: 'members in a full page (default: what the page itself says, else 100)',
} as const;

export const WONDER_FACTS = {
  signQuery: 'whether the query string is signed (default true)',
  putBody: 'body of PUT: flat (default) or wrapped',
  notFoundCodes: 'error codes that mean: no such customer (default none: HTTP 404 or no data)',
  tooFastCodes: 'error codes that mean: too many calls in a short time (default none)',
  language: 'language of messages: zh-HK, zh-CN or en',
  clockOffsetMs: "milliseconds to add to this machine's clock (default 0)",
  pageSize: 'customers in a page (default 1000)',
} as const;

/** Keys beside the flags' own. */
const OTHER_KEYS = ['quietWindow', 'trustRoundIds', 'kybio', 'wonder', 'sandbox', 'stores', ...STORE_KEYS] as const;

/**
 * Reads `--config`, or `memberload.config.json` in the working folder when it is there.
 *
 * @throws OperatorError (exit 2) for a file that cannot be read, is not JSON, or has an unknown key
 */
export function readConfigFile(workingFolder: string, given: string | undefined): ConfigFile {
  const path = resolve(workingFolder, given ?? CONFIG_FILE_NAME);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (given === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') {
      return { path: undefined, values: {}, kybio: {}, wonder: {}, sandbox: {}, stores: {} };
    }
    throw usageError(
      'BAD_CONFIG',
      `The config file ${path} cannot be read: ${errorText(error)}.`,
      'Correct --config.',
      error,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw usageError(
      'BAD_CONFIG',
      `The config file ${path} is not JSON: ${errorText(error)}.`,
      'Correct the file.',
      error,
    );
  }
  return checkConfig(path, parsed);
}

function checkConfig(path: string, parsed: unknown): ConfigFile {
  const config = objectAt(path, 'the file', parsed);
  checkTypedOnly(path, config);
  checkKeys(path, '', config, [...FLAGS.map(({ name }) => configKey(name)), ...OTHER_KEYS]);
  const kybio = objectAt(path, 'kybio', config.kybio ?? {});
  checkKeys(path, 'kybio.', kybio, Object.keys(KYBIO_FACTS));
  const wonder = objectAt(path, 'wonder', config.wonder ?? {});
  checkKeys(path, 'wonder.', wonder, Object.keys(WONDER_FACTS));
  const sandbox = objectAt(path, 'sandbox', config.sandbox ?? {});
  const stores = objectAt(path, 'stores', config.stores ?? {});
  for (const [name, store] of Object.entries(stores)) {
    checkKeys(path, `stores.${name}.`, objectAt(path, `stores.${name}`, store), STORE_KEYS);
  }
  return {
    path,
    values: config,
    kybio,
    wonder,
    sandbox: Object.fromEntries(Object.entries(sandbox).map(([name, value]) => [name, String(value)])),
    stores: stores as Record<string, StoreConfig>,
  };
}

/** `as` of validate moves no money, but the same key would decide rows in doubt. */
function checkTypedOnly(path: string, config: object): void {
  const flag = FLAGS.find(({ name, isTypedOnly }) => isTypedOnly && Object.hasOwn(config, configKey(name)));
  if (!flag) return;
  throw usageError(
    'TYPED_ONLY',
    `${path}: '${configKey(flag.name)}' counts only as typed, since it can let money move twice or answer a question.`,
    `Remove it from the file, and type --${flag.name} in the run that needs it.`,
  );
}

function objectAt(path: string, where: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw usageError('BAD_CONFIG', `${path}: ${where} must be an object { … }.`, 'Correct the file.');
}

function checkKeys(path: string, prefix: string, object: object, known: readonly string[]): void {
  for (const key of Object.keys(object)) {
    if (known.includes(key)) continue;
    const nearest = nearestName(key, known);
    throw usageError(
      'UNKNOWN_SETTING',
      `${path}: '${prefix}${key}' is not a setting.`,
      nearest ? `Did you mean '${prefix}${nearest}'?` : `Known here: ${known.join(', ')}.`,
    );
  }
}
