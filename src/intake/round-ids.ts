import type { JobSettings } from '../job/job-settings.ts';
import { openInput } from './read-rows.ts';

/** A spreadsheet keeps 15 digits of a long id and makes the others zeros; one real id in a thousand looks so. */
const LONG_ID = /^[0-9]{16,19}$/;
const ROUND_ID = /^[0-9]{15}0+$/;

/** Above this share, ids that end in zeros are damage and not chance: ten times what chance gives. */
const SHARE_BY_CHANCE = 0.01;

/**
 * The settings with which the file's rows are judged: ids that end in zeros are taken for real where they are
 * as rare as chance makes them. A row alone cannot tell.
 */
export async function judgeRoundIds(path: string, settings: JobSettings): Promise<JobSettings> {
  if (settings.trustRoundIds) return settings;
  const input = await openInput(path, settings);
  const index = input.match.columns.get('customerUid');
  if (index === undefined) {
    await input.close();
    return settings;
  }
  let idCount = 0;
  let roundCount = 0;
  for await (const { cells } of input.rows) {
    const cell = cells[index]?.trim() ?? '';
    if (!LONG_ID.test(cell)) continue;
    idCount += 1;
    if (ROUND_ID.test(cell)) roundCount += 1;
  }
  return roundCount <= idCount * SHARE_BY_CHANCE ? { ...settings, trustRoundIds: true } : settings;
}
