import { topic } from '../texts.ts';

/** What is wrong with a setting. `where`: the flag, the variable, or the file and its key. */
export const SETTINGS_TEXTS = {
  // readers.ts: each ends the sentence "'x' is not …"
  expects: {
    text: 'a text',
    occasion: 'a name',
    toggle: 'true or false',
    count: (min: number, max: number) => `a whole number from ${min} to ${max}`,
    oneOf: (choices: readonly string[]) => `one of ${choices.join(', ')}`,
    duration: (longest: string) => `a time up to ${longest}, such as 500ms, 30s, 2m, 12h or 1d`,
    amount: 'a decimal',
    maxErrors: 'a count or a percentage up to 100%',
    rate: 'a rate such as 5/s, 100/m, 0.5/s or unlimited, of at most 10000 calls a second',
    timeZone: 'a time zone',
    timeOfDay: 'a time of day',
    clockOffset: 'a number of milliseconds of at most a day',
    accountId: 'an id of ASCII letters and digits',
    rowNumbers: 'a row number, several as 3,7, or all',
    pair: 'name=value',
  },
  isNot: (where: string, value: string, expects: string) => `${where}: '${value}' is not ${expects}.`,
  writeExample: (example: string) => `Write for example ${example}.`,

  // read-text-file.ts; `where` may be one of these two
  configFile: 'config file',
  keyFile: 'the key file',
  unreadable: (where: string, path: string, why: string) => `${where}: ${path} cannot be read: ${why}.`,
  noSuchFile: 'there is no such file',
  isNoFile: 'it is not a file',
  isTooLarge: 'it is too large to be a settings, mapping or key file',
  noPermission: 'permission was denied',
  correct: (where: string) => `Correct ${where}.`,
  notJson: (where: string, path: string, line: number | undefined) =>
    `${where}: ${path} is not JSON${line === undefined ? '' : ` (line ${line})`}.`,

  // config-file.ts, settings.ts
  jsonHint: 'Write {"rate": "5/s"}: settings by their names, in one object.',
  /** A key of a file. */
  keyOf: (path: string, key: string) => `${path}: ${key}`,
  mustBeObject: (path: string, key: string | undefined, value: string) =>
    `${path}: ${key ?? 'the file'} must be an object { … }, not ${value}.`,
  /** A value that is not shown. */
  ofType: (type: string) => `a ${type}`,
  mustBeObjectHint: 'Correct it.',
  sandboxHint: 'Type --sandbox to use the sandbox; in the file are its switches.',
  typedOnly: (path: string, name: string) =>
    `${path}: '${name}' counts only as typed, since it can let money move twice or answer a question.`,
  typedOnlyHint: (flag: string) => `Remove it from the file, and type --${flag} in the run that needs it.`,
  environmentOnly: (path: string, name: string) => `${path}: '${name}' comes from the environment alone.`,
  environmentOnlyHint: (variable: string) => `Set ${variable}.`,
  unknownSetting: (path: string, name: string) => `${path}: '${name}' is not a setting.`,
  knownHere: (names: readonly string[]) => `Known here: ${names.join(', ')}.`,
  badValue: (path: string, name: string, value: string) => `${path}: '${name}' is ${value}.`,
  switchExample: 'true, or false',
  sandboxValueHint: 'Write a text, a number, or true.',
  /** `value`: as JSON, cut. */
  shown: (value: string, type: 'list' | 'object' | 'text' | 'number' | 'boolean') =>
    `${value}, ${type === 'object' ? 'an' : 'a'} ${type}`,
  unknownStore: (store: string, path: string | undefined) =>
    `--store: no store '${store}' in ${path ?? 'a config file (there is none)'}.`,
  storesThere: (names: readonly string[]) => `Stores there: ${names.join(', ') || 'none'}.`,
  twoDocuments: 'The result (-o -) and --json would both go to standard output, where nobody could tell them apart.',
  twoDocumentsHint: (otherWay: string) => `Name a file for the result (${otherWay}), or leave --json away.`,
  logBodiesAlone: '--log-bodies needs --log <file>.',
  logBodiesAloneHint: 'Write for example --log calls.jsonl.',
  keyIsOpen: (path: string, quotedPath: string) =>
    `${path} holds a key and can be read by others. Type: chmod 600 ${quotedPath}`,
  keyIsUtf16: (path: string) => `${path} is in UTF-16. Save the key as plain text (UTF-8).`,
  keyHasLines: (path: string) => `${path} has several lines; a key is one line. Keep the key alone in the file.`,
  relativeHome: (path: string) =>
    `MEMBERLOAD_HOME is '${path}', and must be an absolute path: a ledger in another folder would not know what was credited.`,
  relativeHomeHint: 'Write the whole path, such as /var/lib/memberload, or unset MEMBERLOAD_HOME.',
  noHome: 'There is no home folder to keep the ledger in.',
  noHomeHint: 'Set MEMBERLOAD_HOME to an absolute path that only this user may read.',

  // job-settings.ts, saved-settings.ts
  reserveTooLarge: (reserve: number, dailyQuota: number) =>
    `--reserve: '${reserve}' leaves none of the ${dailyQuota} calls a day.`,
  reserveTooLargeHint: 'Write a --reserve that is smaller than --daily-quota.',
  mapHint: 'Write {"columns": {"Card #": "number"}}: the header of the file, then the column it is.',
  badMap: (where: string, path: string, header: string | undefined) =>
    `${where}: ${path} ${header === undefined ? 'has no object "columns"' : `gives ${header} no column name`}.`,
  unknownRunSettings: (where: { readonly version: number } | { readonly key: string | undefined }, known: number) =>
    `The settings that the run was begun with cannot be read: ${
      'version' in where ? `they are of version ${where.version}` : `see ${where.key ?? 'all of them'}`
    }; this memberload knows version ${known}.`,
  unknownRunSettingsHint:
    'Carry the run on with the version of memberload that began it, or give its rest up with: memberload runs cancel <run>',

  // vendor-settings.ts, proxy-settings.ts
  missing: (variable: string, about: string, key: string, store: string | undefined) =>
    `${variable} is not set: ${about} (${key} in ${store ?? 'the config file'}).`,
  missingHint: 'Set them in the environment or in the config file, or try the command with --sandbox.',
  emptyKeyFile: (path: string) => `KYBIO_APP_KEY_FILE: ${path} is empty.`,
  emptyKeyFileHint: 'Put the key of the appId into the file.',
  notAnAddress: (where: string) => `${where} is not an address.`,
  moreThanAddress: (where: string) => `${where} has more than a host and a path.`,
  addressHint: (ending: string) => `Write it as https://host${ending}.`,
  insecure: (where: string, address: string) => `${where}: '${address}' would send members' data unencrypted.`,
  insecureHint: 'Use https://; http:// is for this machine only (localhost, 127.0.0.1).',
  otherEnding: (where: string, address: string, ending: string) =>
    `${where}: '${address}' does not end in ${ending}: every call would miss the API.`,
  otherEndingHint: (first: string, second: string) => `Write for example ${first}, or ${second}.`,
  badProxy: 'HTTPS_PROXY is not the address of an HTTP proxy.',
  badProxyHint: 'Write it as http://host:port, or unset HTTPS_PROXY.',
  badProxyPercent: 'HTTPS_PROXY has a % that begins no code such as %40.',
  badProxyPercentHint: 'Write a % in the user name or the password as %25.',

  // place.ts
  sandbox: 'SANDBOX (nothing real is touched)',
  place: (vendor: string, store: string | undefined, id: string) =>
    `${vendor}${store === undefined ? '' : `, store ${store}`} (${id})`,
  places: (places: readonly string[]) => places.join(' and '),
};

export const settingsTexts = topic('settings', SETTINGS_TEXTS);
