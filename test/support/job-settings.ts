import type { JobSettings } from '../../src/job/job-settings.ts';

/** A top-up at Kybio as `memberload topup` reads it without flags, but for what the test is about. */
export function topupSettings(values: Partial<JobSettings> = {}): JobSettings {
  return {
    command: 'topup',
    fileKinds: ['topup'],
    targets: ['kybio'],
    mode: 'upsert',
    columns: undefined,
    encoding: undefined,
    delimiter: undefined,
    raw: false,
    headerRow: undefined,
    sheet: undefined,
    excel: false,
    columnMap: undefined,
    dateFormats: undefined,
    country: undefined,
    trustRoundIds: false,
    storeZone: 'Asia/Shanghai',
    lookup: 'auto',
    changesCategory: false,
    onDuplicate: 'reject',
    skipInvalid: false,
    campaign: '',
    repeatWindowMs: 35 * 86_400_000,
    skipsCredited: false,
    isAgain: false,
    readsBefore: false,
    ignoresResults: false,
    ...values,
  };
}
