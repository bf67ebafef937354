import { hostname, userInfo } from 'node:os';
import { systemClock } from '../base/clock.ts';
import { type OperatorError, usageError } from '../base/errors.ts';
import type { Ledger, LedgerReader } from '../ledger/ledger.ts';
import type { LedgerAddress } from '../ledger/postgres/address.ts';
import { openSqliteLedger, openSqliteLedgerReader } from '../ledger/sqlite/sqlite-ledger.ts';
import type { Settings } from '../settings/settings.ts';
import { settingOf } from '../settings/settings-table.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import { sharedLedgerTexts } from '../texts/runs/shared-ledger.ts';

/**
 * Where the shared ledger is; undefined: this home has a ledger of its own. Once it is set nothing falls back to that
 * one.
 *
 * @throws OperatorError (exit 2) for an address that cannot be read
 */
export async function sharedLedgerAddress(settings: Settings): Promise<LedgerAddress | undefined> {
  refuseEmptyAddress(settings);
  const texts = sharedLedgerTexts();
  const url = settings.get('ledgerUrl');
  const file = settings.get('ledgerUrlFile');
  if (url !== undefined && file !== undefined) {
    throw usageError('BAD_LEDGER_URL', texts.bothAddresses, texts.bothAddressesHint);
  }
  if (url === undefined && file === undefined) {
    if (!settings.get('ledgerRequired')) return undefined;
    throw usageError('NO_SHARED_LEDGER', texts.required, texts.nothingSent(texts.requiredHint));
  }
  const { readLedgerAddress } = await import('../ledger/postgres/address.ts');
  return readLedgerAddress(url ?? settings.readSecretFile('ledgerUrlFile', file ?? ''));
}

/** @throws OperatorError BAD_LEDGER_URL (exit 2) */
export function refuseEmptyAddress(settings: Settings): void {
  for (const name of ['ledgerUrl', 'ledgerUrlFile'] as const) {
    if (!settings.isVariableEmpty(name)) continue;
    // A script whose own variable is empty means a shared ledger all the same.
    const { emptyAddress, emptyAddressHint, nothingSent } = sharedLedgerTexts();
    throw usageError('BAD_LEDGER_URL', emptyAddress(settingOf(name).environment ?? ''), nothingSent(emptyAddressHint));
  }
}

/** The ledger for a process that writes. */
export async function openLedger(
  settings: Settings,
  { pid, argv }: Surroundings,
  { startedMs, onFailure }: { startedMs: number; onFailure: (error: OperatorError) => void },
): Promise<Ledger> {
  const folder = settings.homeFolder;
  const holder = { pid, command: ['memberload', ...argv].join(' '), startedAt: new Date(startedMs).toISOString() };
  const address = await sharedLedgerAddress(settings);
  if (address === undefined) return openSqliteLedger({ folder, holder, clock: systemClock, onFailure });
  const [{ openPostgresLedger }, { readDataKey }] = await Promise.all([
    import('../ledger/postgres/postgres-ledger.ts'),
    import('../ledger/postgres/sealed-stages.ts'),
  ]);
  const keyFile = settings.get('dataKeyFile');
  const dataKey = keyFile === undefined ? undefined : readDataKey(settings.readSecretFile('dataKeyFile', keyFile));
  return openPostgresLedger({
    ...{ address, folder, onFailure, isLossAccepted: settings.get('ledgerMayLoseCommits'), dataKey },
    holder: { ...holder, person: personHere() },
  });
}

/** The ledger for a process that only reads; undefined: there is none yet. */
export async function openLedgerReader(settings: Settings): Promise<LedgerReader | undefined> {
  const address = await sharedLedgerAddress(settings);
  if (address === undefined) return openSqliteLedgerReader({ folder: settings.homeFolder, clock: systemClock });
  const { openPostgresLedgerReader } = await import('../ledger/postgres/postgres-ledger.ts');
  return openPostgresLedgerReader({ address });
}

/** Who this is, for others: `anna on hk-ops-2`. */
export function personHere(): string {
  return `${userName()} on ${hostname()}`;
}

/** A user without an entry has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}
