import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorText, usageError } from '../base/errors.ts';
import {
  type ConfigFile,
  type KYBIO_FACTS,
  readConfigFile,
  type StoreConfig,
  type WONDER_FACTS,
} from './config-file.ts';
import { configKey, FLAGS, type Flag } from './flags.ts';
import type { Surroundings } from './surroundings.ts';

/** Flag values as typed: text, true, or a list; absent when not typed. */
export type TypedFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/**
 * Every setting of one command, looked up by the flag's name: flag > environment > config file. Resolved
 * once, before anything else happens. Secrets are read from their files or variables on demand and are
 * never part of a message.
 */
export class Settings {
  readonly config: ConfigFile;
  readonly homeFolder: string;
  readonly #flags: TypedFlags;
  readonly #surroundings: Surroundings;
  readonly #store: StoreConfig | undefined;
  readonly #storeIsTyped: boolean;

  constructor(flags: TypedFlags, surroundings: Surroundings) {
    this.#flags = flags;
    this.#surroundings = surroundings;
    this.config = readConfigFile(surroundings.workingFolder, textOf(flags.config));
    this.homeFolder = homeFolderOf(surroundings);
    this.#storeIsTyped = flags.store !== undefined;
    const storeName = this.text('store');
    if (storeName !== undefined) {
      const store = this.config.stores[storeName];
      if (!store) {
        throw usageError(
          'UNKNOWN_STORE',
          `--store: no store '${storeName}' in ${this.config.path ?? 'a config file (there is none)'}.`,
          `Stores there: ${Object.keys(this.config.stores).join(', ') || 'none'}.`,
        );
      }
      this.#store = store;
    }
  }

  /** The text of a flag from wherever it was set, or undefined. */
  text(flagName: string): string | undefined {
    const typed = this.#flags[flagName];
    if (typed !== undefined) return textOf(typed);
    const value = this.config.values[configKey(flagName)];
    if (value === undefined || value === null) return undefined;
    // In the config file `sandbox` holds the sandbox's switches; whether to use it is said by the flag alone.
    if (flagName === 'sandbox' && typeof value === 'object') return undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    throw this.#badConfigValue(configKey(flagName), value);
  }

  isOn(flagName: string): boolean {
    const value = this.text(flagName);
    if (value === undefined || value === 'false') return false;
    if (value === 'true') return true;
    throw this.#badConfigValue(configKey(flagName), value);
  }

  isTyped(flagName: string): boolean {
    return this.#flags[flagName] !== undefined;
  }

  list(flagName: string): readonly string[] {
    const typed = this.#flags[flagName];
    return Array.isArray(typed) ? typed : [];
  }

  /** A setting of the config file that has no flag. */
  configText(key: 'quietWindow' | 'trustRoundIds'): string | undefined {
    const value = this.config.values[key];
    return value === undefined ? undefined : String(value);
  }

  /** A vendor fact of the config file; lists come joined with ','. */
  kybioFact(key: keyof typeof KYBIO_FACTS): string | undefined {
    return factText(this.config.kybio[key]);
  }

  wonderFact(key: keyof typeof WONDER_FACTS): string | undefined {
    return factText(this.config.wonder[key]);
  }

  /**
   * Where records are: `--store` as typed, else the environment, else the config file. A store chosen by
   * flag beats the environment: crediting another store than the one named would be the worst surprise.
   */
  location(environmentName: string, key: keyof StoreConfig): string | undefined {
    const fromStore = this.#store?.[key];
    if (this.#storeIsTyped && fromStore !== undefined) return fromStore;
    const fromEnvironment = this.#surroundings.environment[environmentName];
    if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment;
    return fromStore ?? textOf(this.config.values[key] as string | undefined);
  }

  /** As `location`, for something the command cannot do without. */
  needLocation(environmentName: string, key: keyof StoreConfig, about: string): string {
    const value = this.location(environmentName, key);
    if (value !== undefined) return value;
    throw usageError(
      'MISSING_SETTING',
      `${environmentName} is not set: ${about}.`,
      `Set ${environmentName}, or ${key} in the config file, or try the command with --sandbox.`,
    );
  }

  environment(name: string): string | undefined {
    const value = this.#surroundings.environment[name];
    return value === '' ? undefined : value;
  }

  path(file: string): string {
    return resolve(this.#surroundings.workingFolder, file);
  }

  /** The text of a file that holds a secret. The path may be told, the text never. */
  readSecretFile(where: string, file: string): string {
    const path = this.path(file);
    try {
      if (!statSync(path).isFile()) throw new Error('it is not a file');
      return readFileSync(path, 'utf8').trim();
    } catch (error) {
      throw usageError(
        'UNREADABLE_SECRET',
        `${where}: ${path} cannot be read: ${errorText(error)}.`,
        `Correct ${where}.`,
        error,
      );
    }
  }

  #badConfigValue(key: string, value: unknown): Error {
    return usageError(
      'BAD_VALUE',
      `${this.config.path ?? 'flags'}: '${key}' cannot be ${JSON.stringify(value)}.`,
      'Correct it.',
    );
  }
}

/** Whether the value of a flag comes from the config file as a switch or a text. */
export function flagByName(name: string): Flag | undefined {
  return FLAGS.find((flag) => flag.name === name);
}

function textOf(value: string | boolean | readonly string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.join(',') : String(value);
}

function factText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(',') : String(value);
}

function homeFolderOf({ environment, userFolder, workingFolder }: Surroundings): string {
  const { MEMBERLOAD_HOME, XDG_STATE_HOME } = environment;
  if (MEMBERLOAD_HOME) return resolve(workingFolder, MEMBERLOAD_HOME);
  if (XDG_STATE_HOME) return join(XDG_STATE_HOME, 'memberload');
  return join(userFolder, '.local', 'state', 'memberload');
}
