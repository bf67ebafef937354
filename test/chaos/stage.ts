import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { openSqliteLedger } from '../../src/ledger/sqlite/sqlite-ledger.ts';
import type { RunDocument } from '../../src/result/run-document.ts';
import { keepRepeatFact, type LearnedFact } from '../../src/send/repeat-fact.ts';
import type { Build } from './build.ts';
import { judge, REPEAT_CODE, type Verdict } from './judge.ts';
import type { Patch } from './points.ts';
import type { ToolOptions } from './tool.ts';
import { type FileRow, type NewMember, topupCsv } from './topup-file.ts';
import { type Books, type StoredMember, startVendor, type Vendor } from './vendor.ts';

export type StageSettings = {
  readonly build: Build;
  readonly members: readonly NewMember[];
  readonly rows: readonly FileRow[];
  /** What the vendor does with a repeated dataChangeTime; the tool knows it when it is refused. */
  readonly repeat?: 'accepted' | 'refused';
  readonly timeoutMs?: number;
  readonly quietWindowMs?: number;
  readonly flags?: readonly string[];
  readonly patches?: readonly Patch[] | undefined;
};

/** A vendor with members, a top-up file, and a home for the tool. */
export type Stage = {
  readonly vendor: Vendor;
  readonly folder: string;
  readonly home: string;
  readonly rows: readonly FileRow[];
  readonly members: readonly StoredMember[];
  readonly tool: ToolOptions;
  /** The command that credits the file. */
  readonly topup: readonly string[];
  readonly resume: readonly string[];
  /** Another file beside the first, and the command that credits it. */
  anotherFile(name: string, rows: readonly FileRow[]): readonly string[];
  /** Compares the result file with the vendor's books as they are now. */
  judge(document: RunDocument | undefined, books?: Books): Promise<Verdict>;
  resultCsv(): string;
  close(): Promise<void>;
};

export async function openStage(settings: StageSettings): Promise<Stage> {
  const { build, rows, repeat = 'accepted' } = settings;
  const folder = mkdtempSync(join(tmpdir(), 'memberload-chaos-'));
  const home = join(folder, 'home');
  mkdirSync(home, { mode: 0o700 });
  const vendor = await startVendor(build, folder);
  await vendor.set({ repeatRule: repeat === 'refused' ? 'refuse_repeat' : 'accept', repeatCode: REPEAT_CODE });
  await vendor.seed(settings.members);
  const members = await vendor.members();
  const uidByNumber = new Map(members.map(({ number, customerUid }) => [number, customerUid]));
  const write = (name: string, content: readonly FileRow[]): void =>
    writeFileSync(
      join(folder, name),
      topupCsv(content, (number) => uidByNumber.get(number) ?? ''),
    );
  const topupOf = (name: string): string[] => [
    ...['topup', name, '--rate', 'unlimited', '--concurrency', '8'],
    ...['--timeout', `${settings.timeoutMs ?? 400}ms`, '-y', '--json', ...(settings.flags ?? [])],
  ];
  write('topup.csv', rows);
  const config = {
    quietWindow: `${settings.quietWindowMs ?? 120}ms`,
    // One of some thousand ids that the vendor gives does end in zeros, without Excel's doing.
    trustRoundIds: true,
    ...(repeat === 'refused' && { kybio: { repeatCodes: [REPEAT_CODE] } }),
  };
  writeFileSync(join(folder, 'memberload.config.json'), JSON.stringify(config));
  if (repeat === 'refused') await learnRepeatRule(home, vendor, { kind: 'refused', code: REPEAT_CODE });
  const resultCsv = (): string => readFileSync(join(folder, 'topup.result.csv'), 'utf8');
  return {
    vendor,
    folder,
    home,
    rows,
    members,
    tool: {
      build,
      cwd: folder,
      environment: { ...vendor.settings, HOME: folder, MEMBERLOAD_HOME: home },
      patches: settings.patches,
    },
    topup: topupOf('topup.csv'),
    resume: ['resume', '--json'],
    anotherFile(name, content) {
      write(name, content);
      return topupOf(name);
    },
    judge: async (document, books) =>
      judge({
        rows,
        membersBefore: members,
        membersAfter: await vendor.members(),
        books: books ?? (await vendor.books()),
        resultCsv: resultCsv(),
        document,
      }),
    resultCsv,
    close: async () => {
      await vendor.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What `doctor --probe-repeat` writes down. */
export async function learnRepeatRule(home: string, vendor: Vendor, fact: LearnedFact): Promise<void> {
  const holder = { pid: process.pid, command: 'chaos', startedAt: '' };
  const ledger = await openSqliteLedger({ folder: home, holder, clock: systemClock, onFailure: () => undefined });
  await keepRepeatFact(ledger, `kybio:${vendor.settings.KYBIO_APP_ID}`, fact);
  await ledger.close();
}
