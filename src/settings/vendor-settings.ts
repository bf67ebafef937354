import { usageError } from '../base/errors.ts';
import { isTimeZone } from '../base/zoned-time.ts';
import { KYBIO_DEFAULTS, type KybioSettings } from '../kybio/client.ts';
import { WONDER_DEFAULTS, type WonderSettings } from '../wonder/client.ts';
import { loadPrivateKey } from '../wonder/signature.ts';
import type { Settings } from './settings.ts';
import { readChoice, readCount, readList } from './values.ts';

type Transfer = { readonly timeoutMs: number; readonly connections: number };

/**
 * Kybio's settings from environment and config file.
 *
 * @throws OperatorError (exit 2) for what is missing or cannot be right; the key is never part of it
 */
export function kybioSettings(settings: Settings, transfer: Transfer): KybioSettings {
  const baseUrl = readBaseUrl(
    'KYBIO_BASE_URL',
    settings.needLocation('KYBIO_BASE_URL', 'kybioBaseUrl', "the API's address up to /openapi/v1"),
  );
  const appId = settings.needLocation('KYBIO_APP_ID', 'kybioAppId', 'the appId of the store').trim();
  return {
    ...transfer,
    baseUrl,
    appId,
    appKey: readAppKey(settings),
    signature: readChoice('kybio.signature', settings.kybioFact('signature') ?? KYBIO_DEFAULTS.signature, [
      'v1',
      'v3',
      'both',
    ]),
    codes: {
      quota: readCodes(settings.kybioFact('quotaCodes'), KYBIO_DEFAULTS.codes.quota),
      tooFast: readCodes(settings.kybioFact('tooFastCodes'), KYBIO_DEFAULTS.codes.tooFast),
      notFound: readCodes(settings.kybioFact('notFoundCodes'), KYBIO_DEFAULTS.codes.notFound),
      repeat: readCodes(settings.kybioFact('repeatCodes'), KYBIO_DEFAULTS.codes.repeat),
    },
    answerSignature: readChoice(
      'kybio.answerSignature',
      settings.kybioFact('answerSignature') ?? KYBIO_DEFAULTS.answerSignature,
      ['ignore', 'if_present', 'required'],
    ),
    password: readChoice('kybio.password', settings.kybioFact('password') ?? KYBIO_DEFAULTS.password, [
      'plain',
      'md5_upper',
      'md5_lower',
      'never',
    ]),
  };
}

/** Wonder's settings, as `kybioSettings`. */
export function wonderSettings(settings: Settings, transfer: Transfer): WonderSettings {
  const baseUrl = readBaseUrl(
    'WONDER_BASE_URL',
    settings.needLocation(
      'WONDER_BASE_URL',
      'wonderBaseUrl',
      "the gateway's address, e.g. https://gateway-stg.wonder.today",
    ),
  );
  const appId = settings.needLocation('WONDER_APP_ID', 'wonderAppId', 'the AppID of the business').trim();
  const keyFile = settings.needLocation(
    'WONDER_PRIVATE_KEY_FILE',
    'wonderPrivateKeyFile',
    'the file with the RSA private key (PEM)',
  );
  const privateKeyPem = settings.readSecretFile('WONDER_PRIVATE_KEY_FILE', keyFile);
  // A key that cannot sign is told before a run is begun with it.
  loadPrivateKey(privateKeyPem);
  const language = settings.wonderFact('language');
  return {
    ...transfer,
    baseUrl,
    appId,
    privateKeyPem,
    signQuery: readChoice('wonder.signQuery', settings.wonderFact('signQuery') ?? 'true', ['true', 'false']) === 'true',
    putBody: readChoice('wonder.putBody', settings.wonderFact('putBody') ?? WONDER_DEFAULTS.putBody, [
      'flat',
      'wrapped',
    ]),
    codes: {
      notFound: readCodes(settings.wonderFact('notFoundCodes'), WONDER_DEFAULTS.codes.notFound),
      tooFast: readCodes(settings.wonderFact('tooFastCodes'), WONDER_DEFAULTS.codes.tooFast),
    },
    ...(language !== undefined && { language }),
    clockOffsetMs: readOffset(settings.wonderFact('clockOffsetMs') ?? '0'),
  };
}

/** The zone in whose midnight the daily calls come back. */
export function quotaZone(settings: Settings): string {
  return readTimeZone('kybio.quotaZone', settings.kybioFact('quotaZone') ?? 'Asia/Shanghai');
}

export function readTimeZone(where: string, zone: string): string {
  if (isTimeZone(zone)) return zone;
  throw usageError(
    'BAD_VALUE',
    `${where}: '${zone}' is not a time zone.`,
    'Write for example Asia/Hong_Kong or Asia/Shanghai.',
  );
}

function readCodes(given: string | undefined, standard: readonly string[]): readonly string[] {
  return given === undefined ? standard : readList(given);
}

function readOffset(text: string): number {
  const isNegative = text.startsWith('-');
  const size = readCount('wonder.clockOffsetMs', isNegative ? text.slice(1) : text, 0, 86_400_000);
  return isNegative ? -size : size;
}

function readAppKey(settings: Settings): string {
  const key = settings.environment('KYBIO_APP_KEY');
  const file = settings.location('KYBIO_APP_KEY_FILE', 'kybioAppKeyFile');
  // A store's own key file goes before a key that another store left in the environment.
  const text = file !== undefined ? settings.readSecretFile('KYBIO_APP_KEY_FILE', file) : key;
  if (text === undefined || text.trim() === '') {
    throw usageError(
      'MISSING_SETTING',
      'KYBIO_APP_KEY is not set: the key of the appId.',
      'Set KYBIO_APP_KEY or KYBIO_APP_KEY_FILE, or try the command with --sandbox.',
    );
  }
  return text.trim();
}

const LOOPBACK = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/;

function readBaseUrl(where: string, text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch (error) {
    throw usageError('BAD_URL', `${where}: '${text}' is not an address.`, 'Write it as https://host/path.', error);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usageError('BAD_URL', `${where} has more than a host and a path.`, 'Write it as https://host/path.');
  }
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (!isSafe) {
    throw usageError(
      'INSECURE_URL',
      `${where}: '${text}' would send members' data unencrypted.`,
      'Use https://; http:// is for this machine only (localhost, 127.0.0.1).',
    );
  }
  return text.replace(/\/+$/, '');
}
