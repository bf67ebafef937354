import type { LedgerReader } from '../ledger/ledger.ts';
import { BegunRows } from '../stage/begun-rows.ts';
import type { Stage } from '../stage/stage.ts';
import type { ResultFile } from './result-file.ts';
import { type ResultOf, ResultRows } from './result-rows.ts';
import { findTakenBack } from './taken-back.ts';
import { Tally } from './tally.ts';

/**
 * Writes the result file: a view of the stage and the ledger, made again at will, so that a crash while it is being
 * written loses nothing. Its counts are the run's counts. Leaves the file to the caller to commit.
 *
 * @param file undefined: only counts
 */
export async function writeResult(
  of: ResultOf,
  stage: Stage,
  ledger: LedgerReader,
  file: ResultFile | undefined,
): Promise<Tally> {
  const tally = new Tally();
  const rows = new ResultRows(of, tally);
  const begun = new BegunRows(ledger.rows.read(of.runId));
  try {
    const header = rows.header();
    of.watch?.header(header);
    await file?.writeHeader(header, of.form);
    for await (const block of stage.readBlocks()) {
      await begun.readTo(block.rows.at(-1)?.rowNumber ?? 0);
      const records = block.rows.map(({ rowNumber }) => begun.of(rowNumber));
      const { repeatWindowMs } = of.settings;
      const takenBack = await findTakenBack(block.rows, records, { account: of.account, repeatWindowMs }, ledger);
      const rendered = rows.render(block, records, takenBack);
      await file?.write(rendered);
    }
    return tally;
  } finally {
    await begun.close();
  }
}
