/** The languages that memberload speaks, as `--lang` names them. */
export const LANGUAGES = ['en', 'zh-Hans', 'zh-Hant'] as const;
export type Language = (typeof LANGUAGES)[number];

/** `zh_TW.UTF-8`, `zh-HK`, `zh-Hant` → `zh-Hant`; undefined: none of ours. */
export function languageOf(name: string): Language | undefined {
  const [tag = ''] = name.toLowerCase().replaceAll('_', '-').split(/[.@]/);
  if (/^en(-|$)/.test(tag)) return 'en';
  if (!/^zh(-|$)/.test(tag)) return undefined;
  return /-(hant|tw|hk|mo)(-|$)/.test(tag) && !tag.includes('-hans') ? 'zh-Hant' : 'zh-Hans';
}

/** The system's language: the variables of POSIX, in their order, else what Intl says. English where it is none of ours. */
export function systemLanguage(environment: Readonly<Record<string, string | undefined>>, locale: string): Language {
  const named = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG;
  return languageOf(named || locale) ?? 'en';
}
