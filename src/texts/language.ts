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

/** What the choice of a language needs to know of the process. */
type System = {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** As Intl names it: `en-US`. Asked on Windows alone, which sets none of the variables: looking it up takes time. */
  readonly locale: string;
};

/** The system's language: the variables of POSIX, in their order. English where it is none of ours. */
export function systemLanguage(system: System): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = system.environment;
  const named = LC_ALL || LC_MESSAGES || LANG;
  return languageOf(named || (system.platform === 'win32' ? system.locale : '')) ?? 'en';
}

/**
 * `--lang` of a command line that is not parsed yet, so that what is wrong with the command line is told in that
 * language too; undefined: none is typed, or none that is ours.
 */
export function typedLanguage(argv: readonly string[]): Language | undefined {
  const index = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const word = argv[index] ?? '';
  return languageOf(word === '--lang' ? (argv[index + 1] ?? '') : word.slice('--lang='.length));
}
