import { usageError } from '../base/errors.ts';
import { decodePercent } from '../base/percent.ts';
import type { ProxySettings } from '../http/transport.ts';
import { settingsTexts } from '../texts/cli/settings.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * The proxy for calls to vendors, from HTTPS_PROXY and NO_PROXY; undefined: there is none. The spelling in small
 * letters goes first, as with curl.
 *
 * @throws OperatorError BAD_PROXY (exit 2). The address is not repeated: a password may stand in it
 */
export function readProxy({ environment }: Pick<Surroundings, 'environment'>): ProxySettings | undefined {
  const text = (environment.https_proxy || environment.HTTPS_PROXY)?.trim() ?? '';
  if (text === '') return undefined;
  const withScheme = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw usageError('BAD_PROXY', settingsTexts().badProxy, settingsTexts().badProxyHint);
  }
  if ([url.username, url.password].some((part) => decodePercent(part) === undefined)) {
    throw usageError('BAD_PROXY', settingsTexts().badProxyPercent, settingsTexts().badProxyPercentHint);
  }
  // A path or a query means nothing to a proxy, and curl passes over it as well.
  for (const part of ['pathname', 'search', 'hash'] as const) url[part] = '';
  return { url: url.href, noProxy: environment.no_proxy ?? environment.NO_PROXY ?? '' };
}

/** `host:port`, without user and password. */
export function proxyHost({ url }: ProxySettings): string {
  return new URL(url).host;
}
