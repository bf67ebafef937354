import { isAbsolute, join, resolve } from 'node:path';
import { usageError } from '../base/errors.ts';
import { quoted } from '../base/quoted.ts';
import { settingsTexts } from '../texts/cli/settings.ts';
import { type ConfigFile, type RawValue, readConfigFile } from './config-file.ts';
import { readTextFile } from './read-text-file.ts';
import { readValue } from './readers.ts';
import { flagName, type SettingName, type SettingValue, settingOf, standardOf } from './settings-table.ts';
import type { Surroundings } from './surroundings.ts';

/** Flag values as typed, by the flag's name; a switch is `true` or `false`. */
export type TypedFlags = Readonly<Record<string, string | boolean | readonly string[]>>;

/**
 * Every setting of one command: flag > environment > config file > the table's standard. Secrets are read on
 * demand from their files or variables, and are never part of a message.
 */
export class Settings {
  readonly config: ConfigFile;
  readonly #flags: TypedFlags;
  readonly #surroundings: Surroundings;
  readonly #store: ReadonlyMap<SettingName, RawValue> | undefined;
  readonly #warnings = new Set<string>();

  /** `isWritten`: the command writes the config file, so that `--config` and `--store` may name what is not there yet. */
  constructor(flags: TypedFlags, surroundings: Surroundings, { isWritten = false } = {}) {
    this.#flags = flags;
    this.#surroundings = surroundings;
    const given = this.typed('config');
    this.config = readConfigFile(surroundings.workingFolder, given, isWritten);
    const store = this.get('store');
    if (store === undefined) return;
    this.#store = this.config.stores.get(store);
    if (this.#store !== undefined || isWritten) return;
    throw usageError(
      'UNKNOWN_STORE',
      settingsTexts().unknownStore(store, this.config.path),
      settingsTexts().storesThere([...this.config.stores.keys()]),
    );
  }

  /** @throws OperatorError BAD_VALUE (exit 2) */
  get<N extends SettingName>(name: N): SettingValue<N> {
    const found = this.#find(name);
    if (found === undefined) return standardOf(name);
    // The table gives both the reader and the type of its values.
    return readValue(settingOf(name).reader, found.where, found.raw) as SettingValue<N>;
  }

  /** As `get`, of what was typed alone. */
  typed<N extends SettingName>(name: N): SettingValue<N> | undefined {
    return this.isTyped(name) ? this.get(name) : undefined;
  }

  isTyped(name: SettingName): boolean {
    return settingOf(name).commands.length > 0 && this.#flags[flagName(name)] !== undefined;
  }

  /** A wrong value is told before the command has begun. @throws OperatorError BAD_VALUE (exit 2) */
  checkTyped(names: readonly SettingName[]): void {
    for (const name of names) this.typed(name);
    if (names.includes('output') && this.get('output') === '-') this.refuseTwoDocuments('-o other.csv');
    if (this.typed('logBodies') !== true || this.get('log') !== undefined) return;
    throw usageError('BAD_USAGE', settingsTexts().logBodiesAlone, settingsTexts().logBodiesAloneHint);
  }

  /**
   * A script that reads standard output finds one document there: a result, or the one of --json.
   *
   * @throws OperatorError BAD_USAGE (exit 2)
   */
  refuseTwoDocuments(otherWay: string): void {
    if (!this.get('json')) return;
    throw usageError('BAD_USAGE', settingsTexts().twoDocuments, settingsTexts().twoDocumentsHint(otherWay));
  }

  /** The flag as typed: `true` for a switch, a list with commas; undefined when it was not. */
  typedText(name: SettingName): string | undefined {
    return this.isTyped(name) ? String(this.#flags[flagName(name)]) : undefined;
  }

  /** Settings, mapping and key files of this command: no result may take their place. */
  get readPaths(): readonly string[] {
    const files = (['map', 'kybioAppKeyFile', 'wonderPrivateKeyFile', 'ledgerUrlFile', 'dataKeyFile'] as const).map(
      (name) => this.get(name),
    );
    const given = files.filter((file) => file !== undefined).map((file) => this.path(file));
    return this.config.path === undefined ? given : [this.config.path, ...given];
  }

  /** The flags as typed, with the store and the config file that a run began with where none is typed. */
  withPlaces(places: { readonly store: string | undefined; readonly config: string | undefined }): Settings {
    const flags = {
      ...(places.store !== undefined && { store: places.store }),
      ...(places.config !== undefined && { config: places.config }),
      ...this.#flags,
    };
    return new Settings(flags, this.#surroundings);
  }

  /** The same process with the settings of a sandbox and no store: nothing can lead to a real vendor. */
  withSandbox(environment: Readonly<Record<string, string>>): Settings {
    const { config } = this.#flags;
    return new Settings(config === undefined ? {} : { config }, {
      ...this.#surroundings,
      environment: { ...this.#surroundings.environment, KYBIO_APP_KEY_FILE: undefined, ...environment },
    });
  }

  /** What a person should know of the settings, such as a key file that others can read. To be said once. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  path(file: string): string {
    return resolve(this.#surroundings.workingFolder, file);
  }

  /** The variable of that setting is there and says nothing. Other settings take that for not being there. */
  isVariableEmpty(name: SettingName): boolean {
    const { environment } = settingOf(name);
    return environment !== undefined && this.#surroundings.environment[environment]?.trim() === '';
  }

  /** Where ledger, stages and sandbox state are. @throws OperatorError BAD_HOME (exit 2) */
  get homeFolder(): string {
    return homeFolderOf(this.#surroundings);
  }

  /** The text of a file that holds a secret. The path may be told, the text never. */
  readSecretFile(name: SettingName, file: string): string {
    const texts = settingsTexts();
    const where = settingOf(name).environment ?? name;
    const path = this.path(file);
    const read = readTextFile(where, path);
    if (read === undefined) {
      throw usageError('UNREADABLE_FILE', texts.unreadable(where, path, texts.noSuchFile), texts.correct(where));
    }
    if (this.#surroundings.platform !== 'win32' && (read.mode & 0o077) !== 0) {
      this.#warnings.add(texts.keyIsOpen(path, quoted(path)));
    }
    const encoding = utf16Of(read.bytes);
    if (encoding !== undefined) this.#warnings.add(texts.keyIsUtf16(path));
    // Trimming takes a byte order mark away too.
    const text = new TextDecoder(encoding ?? 'utf-8').decode(read.bytes).trim();
    if (!text.startsWith('-----') && /[\r\n]/.test(text)) {
      this.#warnings.add(texts.keyHasLines(path));
    }
    return text;
  }

  /**
   * A store that was typed goes before the environment: to credit another store than the one that was named would
   * be the worst surprise. For the same reason its account is never taken from elsewhere.
   */
  #find(name: SettingName): { where: string; raw: RawValue } | undefined {
    const typed = this.isTyped(name) ? this.#flags[flagName(name)] : undefined;
    if (typed !== undefined)
      return { where: `--${flagName(name)}`, raw: typeof typed === 'boolean' ? String(typed) : typed };
    const { environment, isOfStore } = settingOf(name);
    const ofStore = isOfStore ? this.#store?.get(name) : undefined;
    const fromStore =
      ofStore === undefined ? undefined : { where: `stores.${this.get('store')}.${name}`, raw: ofStore };
    if (this.isTyped('store') && (fromStore || isAccount(name))) return fromStore;
    const variable = environment && this.#surroundings.environment[environment];
    if (environment && variable) return { where: environment, raw: variable };
    const raw = this.config.values.get(name);
    return (
      fromStore ?? (raw === undefined ? undefined : { where: settingsTexts().keyOf(this.config.path ?? '', name), raw })
    );
  }
}

function isAccount(name: SettingName): boolean {
  return name === 'kybioAppId' || name === 'wonderAppId';
}

function utf16Of(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined;
}

function homeFolderOf({ environment, userFolder, platform }: Surroundings): string {
  const { MEMBERLOAD_HOME, XDG_STATE_HOME, LOCALAPPDATA } = environment;
  if (MEMBERLOAD_HOME !== undefined) {
    if (isAbsolute(MEMBERLOAD_HOME)) return resolve(MEMBERLOAD_HOME);
    throw usageError('BAD_HOME', settingsTexts().relativeHome(MEMBERLOAD_HOME), settingsTexts().relativeHomeHint);
  }
  if (platform === 'win32') {
    if (LOCALAPPDATA !== undefined && isAbsolute(LOCALAPPDATA)) return join(LOCALAPPDATA, 'memberload');
  } else if (XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)) return join(XDG_STATE_HOME, 'memberload');
  if (isAbsolute(userFolder)) return join(userFolder, '.local', 'state', 'memberload');
  throw usageError('NO_HOME', settingsTexts().noHome, settingsTexts().noHomeHint);
}
