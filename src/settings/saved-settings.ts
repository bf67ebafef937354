import { existsSync } from 'node:fs';
import * as v from 'valibot';
import { usageError } from '../base/errors.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { settingsTexts } from '../texts/cli/settings.ts';
import type { Connection, SavedSettings } from './run-settings.ts';
import type { Settings } from './settings.ts';
import { standardOf } from './settings-table.ts';

/** Rises when older code would read what is saved wrongly. Runs of the first edition say none. */
const VERSION = 2;

const text = v.string();
const flag = v.boolean();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const target = v.picklist(['kybio', 'wonder']);

/** JSON has no undefined: the key is absent, or null. */
function maybe<T>(schema: v.GenericSchema<unknown, T>) {
  return v.pipe(
    v.optional(v.nullable(schema), null),
    v.transform((value) => value ?? undefined),
  );
}

/** What the first edition did not save is what it did: these are the standards, and nothing is credited by them. */
const JOB = v.object({
  command: v.picklist(['import', 'topup', 'export', 'validate', 'undo']),
  fileKinds: v.array(v.picklist(['members', 'customers', 'topup', 'lookups'])),
  targets: v.array(target),
  mode: v.picklist(['upsert', 'create', 'update']),
  columns: maybe(v.array(text)),
  encoding: maybe(text),
  delimiter: maybe(text),
  raw: flag,
  headerRow: maybe(count),
  sheet: maybe(text),
  excel: v.optional(flag, false),
  columnMap: maybe(v.record(text, text)),
  dateFormats: maybe(v.array(text)),
  country: maybe(text),
  trustRoundIds: flag,
  storeZone: text,
  lookup: v.picklist(['auto', 'pages', 'rows']),
  changesCategory: v.optional(flag, false),
  onDuplicate: v.picklist(['reject', 'allow']),
  skipInvalid: flag,
  campaign: v.optional(text, ''),
  repeatWindowMs: v.optional(count, standardOf('repeatWindow')),
  skipsCredited: v.optional(flag, false),
  isAgain: v.optional(flag, false),
  readsBefore: v.optional(flag, false),
  ignoresResults: v.optional(flag, false),
}) satisfies v.GenericSchema<unknown, JobSettings>;

const CONTROLS = v.object({
  rate: v.union([v.literal('unlimited'), v.object({ calls: count, perMs: count })]),
  concurrency: count,
  timeoutMs: count,
  dailyQuota: maybe(count),
  reserve: count,
  waitsForQuota: flag,
  quotaZone: text,
  maxErrors: maybe(v.union([v.object({ count }), v.object({ percent: v.number() })])),
  snapshotMaxAgeMs: v.optional(count, 0),
  pageSizes: v.object({ kybio: count, wonder: count }),
  quietWindowMs: count,
  repeatAgeMaxMs: v.optional(count, standardOf('repeatAgeMax')),
  skipsReport: v.optional(flag, false),
}) satisfies v.GenericSchema<unknown, ControlSettings>;

const CONNECTION = v.object({
  usesSandbox: flag,
  store: maybe(text),
  configPath: maybe(text),
  origins: v.optional(v.array(text), []),
  flags: maybe(v.array(v.tuple([text, text]))),
}) satisfies v.GenericSchema<unknown, Connection>;

const SAVED = v.object({
  version: v.optional(count, 1),
  job: JOB,
  controls: CONTROLS,
  connection: CONNECTION,
  resultFor: v.optional(text, ''),
});

/** The JSON that the ledger keeps. */
export function writeSavedSettings(saved: SavedSettings): string {
  return JSON.stringify({ version: VERSION, ...saved });
}

/**
 * What a run began with.
 *
 * @throws OperatorError UNKNOWN_RUN_SETTINGS (exit 2) for a run of a newer version, or one that was damaged
 */
export function readSavedSettings(json: string): SavedSettings {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), SAVED), json);
  if (read.success && read.output.version <= VERSION) {
    const { version: _, ...saved } = read.output;
    return saved;
  }
  const where = read.success ? { version: read.output.version } : { key: v.getDotPath(read.issues[0]) ?? undefined };
  throw usageError(
    'UNKNOWN_RUN_SETTINGS',
    settingsTexts().unknownRunSettings(where, VERSION),
    settingsTexts().unknownRunSettingsHint,
  );
}

/** Where the run's vendors are found; undefined: it cannot be read. */
export function connectionOf(json: string): Connection | undefined {
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), v.object({ connection: CONNECTION })), json);
  return read.success ? read.output.connection : undefined;
}

/**
 * The settings with the store and the config file that the run began with, unless others are typed. A config file
 * that is gone is left out: what it said of the run itself is saved with the run.
 */
export function placesOf(settings: Settings, { connection }: SavedSettings): Settings {
  const { store, configPath } = connection;
  const config = configPath !== undefined && existsSync(configPath) ? configPath : undefined;
  return settings.withPlaces({ store, config });
}
