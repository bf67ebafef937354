import { existsSync } from 'node:fs';
import { type Figure, inTurn } from '../figure.ts';
import { MEMBERS, writeCsv, writeXlsx } from '../input-files.ts';
import type { MeasuredRun } from '../measured-run.ts';
import type { Stand } from '../stand.ts';

/** `validate` beside a bare pass of csv-parse over the same file: csv-parse reads every record in both. */
export const VALIDATE: Figure = {
  name: 'validate',
  what: '`validate`, times a bare csv-parse pass of the same file',
  unit: 'ms',
  goal: { atMost: 1.4 },
  limit: { atMost: 1.7 },
  async run(stand, round) {
    const count = stand.sizes.file;
    const input = await membersFile(stand, count);
    const [ours, bare] = await inTurn(
      round,
      () => validate(stand, input, count),
      () => stand.baseline('csv-pass', [input]),
    );
    if (bare.count !== count) throw new Error(`the bare pass has read ${bare.count} of ${count} rows`);
    return { ours: ours.wallMs, base: bare.wallMs };
  },
};

/** The same with a workbook; the result is written too, as for a CSV file. */
export const XLSX: Figure = {
  name: 'xlsx',
  what: '`validate` of a workbook, times its libraries alone',
  unit: 'ms',
  goal: { atMost: 1.3 },
  limit: { atMost: 2 },
  async run(stand, round) {
    const count = Math.ceil(stand.sizes.file / 10);
    const csv = await membersFile(stand, count);
    const input = await stand.input(`members-${count}.xlsx`, (path) => writeXlsx(path, csv));
    if (!existsSync(input)) throw new Error('the libraries of the xlsx room are not installed');
    const [ours, bare] = await inTurn(
      round,
      () => validate(stand, input, count),
      () => stand.baseline('xlsx-pass', [input]),
    );
    if (bare.count !== count) throw new Error(`the bare pass has read ${bare.count} of ${count} rows`);
    return { ours: ours.wallMs, base: bare.wallMs };
  },
};

export function membersFile(stand: Stand, count: number): Promise<string> {
  return stand.input(`members-${count}.csv`, (path) => writeCsv(path, MEMBERS, count));
}

/** @throws unless every row is valid */
export async function validate(stand: Stand, input: string, count: number): Promise<MeasuredRun> {
  const bench = stand.openBench();
  try {
    const name = input.endsWith('.xlsx') ? 'file.xlsx' : 'file.csv';
    bench.link(input, name);
    const ran = await bench.run(['validate', name, '--as', 'members']);
    const { read, invalid } = ran.document.rows;
    if (read !== count || invalid > 0) throw new Error(`validate: ${read} of ${count} rows read, ${invalid} invalid`);
    return ran;
  } finally {
    bench.remove();
  }
}
