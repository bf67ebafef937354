import { existsSync } from 'node:fs';
import type { ControlSettings } from '../calls/control-settings.ts';
import { readControlSettings } from './job-settings.ts';
import type { SavedSettings } from './run-settings.ts';
import type { Settings, TypedFlags } from './settings.ts';

/**
 * The flags with the store and the config file that the run began with, unless others are typed. A config
 * file that is gone is left out: what it said of the run itself is saved with the run.
 */
export function placesOf(flags: TypedFlags, { connection }: SavedSettings): TypedFlags {
  return {
    ...flags,
    ...(flags.store === undefined && connection.store !== undefined && { store: connection.store }),
    ...(flags.config === undefined &&
      connection.configPath !== undefined &&
      existsSync(connection.configPath) && { config: connection.configPath }),
  };
}

/** Typed flags first, then what the run began with. */
export function controlsOf(settings: Settings, saved: ControlSettings): ControlSettings {
  const now = readControlSettings(settings);
  return {
    rate: settings.isTyped('rate') ? now.rate : saved.rate,
    concurrency: settings.isTyped('concurrency') ? now.concurrency : saved.concurrency,
    timeoutMs: settings.isTyped('timeout') ? now.timeoutMs : saved.timeoutMs,
    dailyQuota: settings.isTyped('daily-quota') ? now.dailyQuota : saved.dailyQuota,
    reserve: settings.isTyped('reserve') ? now.reserve : saved.reserve,
    waitsForQuota: settings.isTyped('wait') ? now.waitsForQuota : saved.waitsForQuota,
    maxErrors: settings.isTyped('max-errors') ? now.maxErrors : saved.maxErrors,
    quotaZone: saved.quotaZone,
    quietWindowMs: saved.quietWindowMs,
    snapshotMaxAgeMs: saved.snapshotMaxAgeMs,
    pageSizes: saved.pageSizes,
  };
}
