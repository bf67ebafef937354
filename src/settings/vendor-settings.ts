import { usageError } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import type { KybioSettings } from '../kybio/client.ts';
import type { Target } from '../ledger/ledger.ts';
import { settingsTexts } from '../texts/cli/settings.ts';
import type { WonderSettings } from '../wonder/client.ts';
import { loadPrivateKey } from '../wonder/signature.ts';
import type { Settings } from './settings.ts';
import { describeSetting, type SettingName, settingOf } from './settings-table.ts';

type Transfer = { readonly timeoutMs: number; readonly connections: number };

type VendorSettings = { readonly kybio: KybioSettings | undefined; readonly wonder: WonderSettings | undefined };

const NEEDED = {
  kybio: ['kybioBaseUrl', 'kybioAppId', 'kybioAppKey'],
  wonder: ['wonderBaseUrl', 'wonderAppId', 'wonderPrivateKeyFile'],
} as const satisfies Readonly<Record<Target, readonly SettingName[]>>;

/**
 * The settings of every target, from environment and config file. `settings.warnings` may have more to say after it.
 *
 * @throws OperatorError (exit 2) that names everything that is missing, or what cannot be right; no key and no
 *   address that was not understood is part of it
 */
export function vendorSettings(settings: Settings, targets: readonly Target[], transfer: Transfer): VendorSettings {
  const missing = targets.flatMap((target) => NEEDED[target]).filter((name) => !isGiven(settings, name));
  if (missing.length > 0) throw missingSettings(settings, missing);
  return {
    kybio: targets.includes('kybio') ? kybioSettings(settings, transfer) : undefined,
    wonder: targets.includes('wonder') ? wonderSettings(settings, transfer) : undefined,
  };
}

/** Vendors of which anything is set. */
export function configuredTargets(settings: Settings): readonly Target[] {
  return (['kybio', 'wonder'] as const).filter((target) => NEEDED[target].some((name) => isGiven(settings, name)));
}

function isGiven(settings: Settings, name: SettingName): boolean {
  if (name === 'kybioAppKey' && isGiven(settings, 'kybioAppKeyFile')) return true;
  const value = settings.get(name);
  return typeof value === 'string' && value.trim() !== '';
}

function missingSettings(settings: Settings, names: readonly SettingName[]): Error {
  const store = settings.isTyped('store') ? `stores.${settings.get('store')}` : undefined;
  const lines = names.map((name) => {
    const { environment = name } = settingOf(name);
    const { about } = describeSetting(name);
    const key = name === 'kybioAppKey' ? 'kybioAppKeyFile' : name;
    return settingsTexts().missing(environment, about, key, store);
  });
  return usageError('MISSING_SETTING', lines.join('\n'), settingsTexts().missingHint);
}

function kybioSettings(settings: Settings, transfer: Transfer): KybioSettings {
  return {
    ...transfer,
    baseUrl: readBaseUrl(settings, 'kybioBaseUrl', '/openapi/v1'),
    appId: settings.get('kybioAppId') ?? '',
    appKey: readAppKey(settings),
    signature: settings.get('kybio.signature'),
    codes: {
      quota: settings.get('kybio.quotaCodes'),
      tooFast: settings.get('kybio.tooFastCodes'),
      notFound: settings.get('kybio.notFoundCodes'),
      repeat: settings.get('kybio.repeatCodes'),
    },
    answerSignature: settings.get('kybio.answerSignature'),
    password: settings.get('kybio.password'),
  };
}

function wonderSettings(settings: Settings, transfer: Transfer): WonderSettings {
  const baseUrl = readBaseUrl(settings, 'wonderBaseUrl', '');
  const privateKeyPem = settings.readSecretFile('wonderPrivateKeyFile', settings.get('wonderPrivateKeyFile') ?? '');
  // A key that cannot sign is told before a run is begun with it.
  loadPrivateKey(privateKeyPem);
  return {
    ...transfer,
    baseUrl,
    appId: settings.get('wonderAppId') ?? '',
    privateKeyPem,
    signQuery: settings.get('wonder.signQuery'),
    putBody: settings.get('wonder.putBody'),
    codes: { notFound: settings.get('wonder.notFoundCodes'), tooFast: settings.get('wonder.tooFastCodes') },
    language: settings.get('wonder.language'),
    clockOffsetMs: settings.get('wonder.clockOffsetMs'),
  };
}

/** A store's own key file goes before a key that another store left in the environment. */
function readAppKey(settings: Settings): string {
  const file = settings.get('kybioAppKeyFile');
  const key = file === undefined ? settings.get('kybioAppKey') : settings.readSecretFile('kybioAppKeyFile', file);
  const trimmed = key?.trim() ?? '';
  if (trimmed !== '') return trimmed;
  throw usageError('MISSING_SETTING', settingsTexts().emptyKeyFile(file ?? ''), settingsTexts().emptyKeyFileHint);
}

/** What cannot be taken for an address is not repeated: it may hold a password. */
function readBaseUrl(settings: Settings, name: 'kybioBaseUrl' | 'wonderBaseUrl', ending: string): string {
  const where = settingOf(name).environment ?? name;
  const texts = settingsTexts();
  const hint = texts.addressHint(ending);
  const text = (settings.get(name) ?? '').trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '') throw usageError('BAD_URL', texts.notAnAddress(where), hint);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw usageError('BAD_URL', texts.moreThanAddress(where), hint);
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw usageError(
      'INSECURE_URL',
      texts.insecure(where, `${url.protocol}//${url.host}${url.pathname}`),
      texts.insecureHint,
    );
  }
  if (base.endsWith(ending)) return base;
  throw usageError(
    'BAD_URL',
    texts.otherEnding(where, base, ending),
    texts.otherEndingHint(`${url.origin}${ending}`, `${url.origin}/pospal-api2${ending}`),
  );
}
