import { resolve } from 'node:path';
import { unreachable, usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { settingsTexts } from '../texts/cli/settings.ts';
import { sharedTexts } from '../texts/shared.ts';
import { parseJsonFile, readTextFile } from './read-text-file.ts';
import { type Reader, readValue, timeOfDay } from './readers.ts';
import { flagName, isSettingName, SETTING_NAMES, type SettingName, settingOf } from './settings-table.ts';

export const CONFIG_FILE_NAME = 'memberload.config.json';

/** A value of the config file, written as it would be typed. */
export type RawValue = string | readonly string[];

export type ConfigFile = {
  readonly path: string | undefined;
  readonly values: ReadonlyMap<SettingName, RawValue>;
  /** By name: `constructor` is a name like any other. */
  readonly stores: ReadonlyMap<string, ReadonlyMap<SettingName, RawValue>>;
  /** Switches of the embedded sandbox. */
  readonly sandbox: ReadonlyMap<string, string>;
  /** Imports that workers begin by themselves, by name. */
  readonly nightly: ReadonlyMap<string, Nightly>;
};

/** `at`: `HH:MM` in the store's time zone. `run`: the command line without the program's name. */
export type Nightly = { readonly at: string; readonly run: readonly string[] };

const NO_CONFIG: ConfigFile = {
  ...{ path: undefined, values: new Map(), stores: new Map() },
  ...{ sandbox: new Map(), nightly: new Map() },
};

/**
 * Reads `--config`, or `memberload.config.json` in the working folder when it is there.
 *
 * @param mayBeMissing `--config` names a file that is about to be written
 * @throws OperatorError (exit 2) for a file that cannot be read, is not JSON, has an unknown key, or has a value
 *   that its setting cannot take
 */
export function readConfigFile(workingFolder: string, given: string | undefined, mayBeMissing = false): ConfigFile {
  const path = resolve(workingFolder, given ?? CONFIG_FILE_NAME);
  const texts = settingsTexts();
  const where = given === undefined ? texts.configFile : '--config';
  const file = readTextFile(where, path);
  if (file === undefined) {
    if (given === undefined || mayBeMissing) return NO_CONFIG;
    throw usageError(
      'UNREADABLE_FILE',
      texts.unreadable('--config', path, texts.noSuchFile),
      texts.correct('--config'),
    );
  }
  const parsed = parseJsonFile(where, path, file, texts.jsonHint);
  return checkConfig(path, parsed);
}

const STORE_NAMES = SETTING_NAMES.filter((name) => settingOf(name).isOfStore);
const FACT_NAMES = SETTING_NAMES.filter((name) => name.includes('.'));
const TOP_NAMES = SETTING_NAMES.filter((name) => !name.includes('.') && settingOf(name).only === undefined);
const SECTIONS = ['kybio', 'wonder', 'stores', 'sandbox', 'nightly'];

function checkConfig(path: string, parsed: unknown): ConfigFile {
  const values = new Map<SettingName, RawValue>();
  const stores = new Map<string, ReadonlyMap<SettingName, RawValue>>();
  const sandbox = new Map<string, string>();
  const nightly = new Map<string, Nightly>();
  for (const [key, value] of entriesOf(path, undefined, parsed)) {
    if (key === 'kybio' || key === 'wonder') {
      for (const [fact, given] of entriesOf(path, key, value)) {
        const name = knownName(path, `${key}.`, fact, FACT_NAMES);
        values.set(name, rawValue(path, name, settingOf(name).reader, given));
      }
    } else if (key === 'stores') {
      for (const [store, settings] of entriesOf(path, key, value)) stores.set(store, readStore(path, store, settings));
    } else if (key === 'sandbox') {
      for (const [name, given] of entriesOf(path, key, value)) sandbox.set(name, switchText(path, name, given));
    } else if (key === 'nightly') {
      for (const [name, given] of entriesOf(path, key, value)) nightly.set(name, readNightly(path, name, given));
    } else {
      const name = knownName(path, '', key, TOP_NAMES);
      values.set(name, rawValue(path, name, settingOf(name).reader, value));
    }
  }
  return { path, values, stores, sandbox, nightly };
}

function readNightly(path: string, name: string, given: unknown): Nightly {
  const where = `nightly.${name}`;
  const { at, run, ...others } = Object.fromEntries(entriesOf(path, where, given));
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw usageError(
      'UNKNOWN_SETTING',
      settingsTexts().unknownSetting(path, `${where}.${other}`),
      settingsTexts().knownHere(['at', 'run']),
    );
  }
  if (isTextList(run) && run[0] === 'import' && run.length > 1) {
    return { at: String(rawValue(path, `${where}.at`, timeOfDay, at)), run };
  }
  throw usageError(
    'BAD_VALUE',
    settingsTexts().badValue(path, `${where}.run`, shownValue(run)),
    settingsTexts().writeExample('"run": ["import", "/data/members.csv", "--store", "hk1"]'),
  );
}

function readStore(path: string, store: string, settings: unknown): ReadonlyMap<SettingName, RawValue> {
  const values = new Map<SettingName, RawValue>();
  for (const [key, value] of entriesOf(path, `stores.${store}`, settings)) {
    const name = knownName(path, '', key, STORE_NAMES, `stores.${store}.`);
    values.set(name, rawValue(path, `stores.${store}.${key}`, settingOf(name).reader, value));
  }
  return values;
}

/** JSON.parse makes `__proto__` an own key, so Object.entries sees it like any other. */
function entriesOf(path: string, where: string | undefined, value: unknown): [key: string, value: unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.entries(value);
  const { mustBeObject, mustBeObjectHint, sandboxHint, ofType } = settingsTexts();
  const hint = where === 'sandbox' ? sandboxHint : mustBeObjectHint;
  // A file that is one number or one text may be a key: it is not shown.
  const isHidden = where === undefined && !Array.isArray(value) && value !== null;
  throw usageError('BAD_CONFIG', mustBeObject(path, where, isHidden ? ofType(typeof value) : shownValue(value)), hint);
}

function knownName(
  path: string,
  section: string,
  key: string,
  names: readonly SettingName[],
  shownSection = section,
): SettingName {
  const name = `${section}${key}`;
  const texts = settingsTexts();
  if (isSettingName(name) && names.includes(name)) return name;
  if (isSettingName(name) && names === TOP_NAMES && settingOf(name).only === 'typed') {
    throw usageError('TYPED_ONLY', texts.typedOnly(path, name), texts.typedOnlyHint(flagName(name)));
  }
  const variable = isSettingName(name) && settingOf(name).only === 'environment' && settingOf(name).environment;
  if (variable) {
    throw usageError('NOT_IN_FILE', texts.environmentOnly(path, name), texts.environmentOnlyHint(variable));
  }
  const known = names.filter((candidate) => candidate.startsWith(section)).map((full) => full.slice(section.length));
  if (section === '' && names === TOP_NAMES) known.push(...SECTIONS);
  const nearest = nearestName(key, known);
  throw usageError(
    'UNKNOWN_SETTING',
    texts.unknownSetting(path, `${shownSection}${key}`),
    nearest ? sharedTexts().didYouMean(`'${shownSection}${nearest}'`) : texts.knownHere(known),
  );
}

/** Checks the type that the file gives, and the value too: a mistake is told by every command, not by one of them. */
function rawValue(path: string, where: string, reader: Reader<unknown>, value: unknown): RawValue {
  const raw = rawOf(reader, value);
  if (raw === undefined) {
    throw usageError(
      'BAD_VALUE',
      settingsTexts().badValue(path, where, shownValue(value)),
      settingsTexts().writeExample(`${JSON.stringify(where.replace(/^.*\./, ''))}: ${exampleOf(reader)}`),
    );
  }
  readValue(reader, settingsTexts().keyOf(path, where), raw);
  return raw;
}

function rawOf({ shape, example }: Reader<unknown>, value: unknown): RawValue | undefined {
  switch (shape) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      // An amount or a share is a text as well: JSON's own numbers have too few digits, and no percent sign.
      if (typeof value === 'string') return isDigits(example) ? undefined : value;
      return Number.isSafeInteger(value) ? String(value) : undefined;
    case 'switch':
      return typeof value === 'boolean' ? String(value) : undefined;
    case 'list':
      if (typeof value === 'string') return value;
      return isTextList(value) ? value : undefined;
    default:
      return unreachable(shape);
  }
}

function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function exampleOf({ shape, example }: Reader<unknown>): string {
  if (shape === 'number' && isDigits(example)) return example;
  if (shape === 'switch') return settingsTexts().switchExample;
  return shape === 'list' ? `[${JSON.stringify(example)}]` : JSON.stringify(example);
}

function switchText(path: string, name: string, value: unknown): string {
  if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
  throw usageError(
    'BAD_VALUE',
    settingsTexts().badValue(path, `sandbox.${name}`, shownValue(value)),
    settingsTexts().sandboxValueHint,
  );
}

/** `5, a number`. */
function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  if (value === null) return 'null';
  const type = typeof value;
  if (Array.isArray(value)) return settingsTexts().shown(shown, 'list');
  return settingsTexts().shown(shown, type === 'object' || type === 'number' || type === 'boolean' ? type : 'text');
}

const SHOWN_MAX = 60;
