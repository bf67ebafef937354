import { EXIT, OperatorError } from '../../base/errors.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';
import { Columns } from '../columns.ts';
import type { LedgerHealth } from '../ledger.ts';
import type { Query } from './database.ts';
import { readVersion } from './migrate.ts';
import { ledgerFailedOver } from './postgres-errors.ts';

/** What a commit survives, as the server says. */
type Durability = {
  readonly serverVersion: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  /** As this connection has it. */
  readonly synchronousCommit: string;
  readonly standbyNames: string;
  /** Standbys that follow the server now. */
  readonly standbyCount: number;
  /** False: another copy of the data has taken over, and nobody has accepted that yet. */
  readonly isAcceptedLine: boolean;
};

export async function readDurability(query: Query): Promise<Durability> {
  const [record] = await query(
    `SELECT current_setting('server_version') AS server_version, current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('synchronous_standby_names') AS standby_names,
       (SELECT count(*) FROM pg_stat_replication) AS standby_count, memberload.is_accepted_line()::int AS is_accepted`,
  );
  const columns = new Columns(record);
  return {
    serverVersion: columns.text('server_version'),
    fsync: columns.text('fsync'),
    fullPageWrites: columns.text('full_page_writes'),
    synchronousCommit: columns.text('synchronous_commit'),
    standbyNames: columns.text('standby_names'),
    standbyCount: columns.integer('standby_count'),
    isAcceptedLine: columns.integer('is_accepted') === 1,
  };
}

/** Why an acknowledged commit may be lost, one sentence each. */
export function lossesOf({ fsync, fullPageWrites, standbyNames, standbyCount }: Durability): string[] {
  const texts = sharedLedgerTexts();
  return [
    ...(fsync === 'on' ? [] : [texts.fsyncOff]),
    ...(fullPageWrites === 'on' ? [] : [texts.fullPageWritesOff]),
    ...(standbyNames !== '' || standbyCount === 0 ? [] : [texts.asynchronous(standbyCount)]),
  ];
}

/** The refusal to send increments with such a ledger; undefined: it keeps what it has acknowledged. */
export function mayLoseCommits(durability: Durability, place: string): OperatorError | undefined {
  const losses = lossesOf(durability);
  if (losses.length === 0) return undefined;
  const { mayLose, mayLoseHint } = sharedLedgerTexts();
  const message = mayLose(place, losses);
  return new OperatorError({ code: 'LEDGER_MAY_LOSE', message, hint: mayLoseHint, exitCode: EXIT.usage });
}

/** The refusal to send increments after another copy has taken over; undefined: this is the copy that is known. */
export function failedOver({ isAcceptedLine }: Durability, place: string): OperatorError | undefined {
  return isAcceptedLine ? undefined : ledgerFailedOver(place, EXIT.usage);
}

export async function readHealth(query: Query, place: string): Promise<LedgerHealth> {
  const durability = await readDurability(query);
  const [record] = await query('SELECT COALESCE(sum(intents), 0)::bigint AS intents FROM memberload.worker');
  const { serverVersion, synchronousCommit, standbyNames } = durability;
  return {
    place,
    version: await readVersion(query),
    intentCount: new Columns(record).integer('intents'),
    // Damage is the server's business: it keeps its own checksums.
    problems: durability.isAcceptedLine ? [] : [sharedLedgerTexts().takenOver],
    details: [
      `PostgreSQL ${serverVersion}`,
      `synchronous_commit ${synchronousCommit}`,
      `synchronous_standby_names '${standbyNames}'`,
      ...lossesOf(durability),
    ],
  };
}
