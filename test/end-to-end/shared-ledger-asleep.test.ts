import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Build, copyBuild } from '../chaos/build.ts';
import { CONTROLS, type Patch, SHARED_POINTS } from '../chaos/points.ts';
import { runTool, startTool, type ToolEnd } from '../chaos/tool.ts';
import { lines, outcomesOf } from '../support/csv-text.ts';
import {
  creditsOf,
  FENCE,
  LATE_ENDS,
  openMachine as machineWith,
  SHORT_LEASE,
  toolOf,
  withoutGuards,
} from '../support/machines.ts';
import { emptyLedger, HAS_POSTGRES, inDatabase } from '../support/postgres.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import type { Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

describe.runIf(HAS_POSTGRES)(
  'machines that share a ledger, one of which stands still or dies',
  { timeout: 240_000 },
  () => {
    let url: string;
    let build: Build;
    beforeAll(() => {
      build = copyBuild();
    });
    afterAll(() => build.remove());
    beforeEach(async () => {
      url = await emptyLedger();
    });
    const openMachine = (): Workspace => machineWith(vendor, url);
    const credits = (): Promise<Record<string, number>> => creditsOf(vendor);
    const TWO_ROWS = lines('number,pointIncrement', '8008010001,20', '8008010003,30');

    describe('a process that others take for dead', () => {
      /** Stops as a laptop does whose lid is closed, before that statement. */
      const stopsBefore = (file: string, anchor: string, when = 'true'): Patch => ({
        file,
        anchor,
        replacement: `if (!globalThis.hasSlept && ${when}) { globalThis.hasSlept = true; process.kill(process.pid, 'SIGSTOP'); } ${anchor}`,
      });
      const BEFORE_SEND = stopsBefore('send/send-increment.js', 'const raw = await sendWrite(vendors, sent,');
      const BEFORE_INTENT = stopsBefore(
        'send/send-increment.js',
        'progress.begun = await ledger.increments.begin(intentOf(call, work, kybio));',
      );
      const [WITHOUT_DEADLINE] = CONTROLS.withoutDeadline;

      const optionsOf = (machine: Workspace, patches: readonly Patch[]) =>
        toolOf(machine, { build, vendor, url }, patches);

      /** The first machine falls asleep; the second one does something in the meantime; the first one wakes up. */
      async function whileAsleep(
        patches: readonly Patch[],
        args: readonly string[],
        meanwhile: (second: (...words: string[]) => Promise<ToolEnd>, runId: string, two: Workspace) => Promise<void>,
        { one = openMachine(), lease = SHORT_LEASE }: { one?: Workspace; lease?: readonly Patch[] } = {},
      ): Promise<ToolEnd> {
        const two = openMachine();
        for (const machine of [one, two]) {
          machine.file('topup.csv', lines('number,pointIncrement', '8008010001,20'));
          machine.file('members.csv', lines('number,name', '8008010001,Old'));
        }
        const sleeper = startTool([...args, '--timeout', '1s'], optionsOf(one, [...lease, ...patches]));
        onTestFinished(() => sleeper.kill('SIGKILL'));
        await expect.poll(() => isStopped(sleeper.pid)).toBe(true);
        const [run] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
        const second = (...words: string[]) => runTool(words, optionsOf(two, SHORT_LEASE));
        await meanwhile(second, String(run?.run_id), two);
        sleeper.kill('SIGCONT');
        return sleeper.ended;
      }

      async function isStopped(pid: number): Promise<boolean> {
        const { readFileSync } = await import('node:fs');
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] === 'T';
      }

      const resend = async (second: (...words: string[]) => Promise<ToolEnd>, runId: string): Promise<void> => {
        // At once, or as soon as the lease is over.
        const end = await second('resolve', runId, '--row', '1', '--resend', '-y', '--timeout', '1s');
        expect(end.exitCode, end.stderr).toBe(0);
      };

      test.runIf(process.platform === 'linux')(
        'sends nothing that it had begun, when somebody has sent it instead',
        async () => {
          const end = await whileAsleep([BEFORE_SEND], ['topup', 'topup.csv', '-y'], resend);
          expect(end.exitCode, end.stderr).toBe(5);
          expect(end.stderr).toContain('out of touch with the shared ledger');
          expect(await credits()).toEqual({ '8008010001': 1 });
          const [row] = await inDatabase(url, 'SELECT state FROM memberload.run_row');
          expect(row).toEqual({ state: 'done' });
        },
      );

      test.runIf(process.platform === 'linux')(
        'negative control: without the deadline the member is credited twice',
        async () => {
          await whileAsleep([BEFORE_SEND, WITHOUT_DEADLINE], ['topup', 'topup.csv', '-y'], resend);
          expect(await credits()).toEqual({ '8008010001': 2 });
        },
      );

      /**
       * After the last look, which no program can move behind the first byte; on the second connection, which is new: a
       * vendor closes one that has waited for its next call so long.
       */
      const AT_FIRST_BYTE = stopsBefore(
        'http/exchange.js',
        'request.onSent?.();',
        "request.path.endsWith('/updateBalancePointByIncrement') && (globalThis.begun = (globalThis.begun ?? 0) + 1) === 2",
      );
      /** The second of two rows is decided, and goes out after that without an answer. */
      async function lateFirstByte(): Promise<ToolEnd> {
        const one = openMachine();
        one.file('two.csv', TWO_ROWS);
        await vendor.set({ 'fault.slow': 1, slowMs: 300, faultsOn: 'increments' });
        const args = ['topup', 'two.csv', '-y', '--concurrency', '2', '--lookup', 'pages'];
        const end = await whileAsleep(
          [AT_FIRST_BYTE],
          args,
          async (second, runId) => {
            const decided = await second('resolve', runId, '--row', '2', '--as', 'not-applied');
            expect(decided.stderr).toContain('The decision is kept');
            await vendor.set({ 'fault.slow': 0, 'fault.cutAfter': 1 });
          },
          { one },
        );
        expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
        return end;
      }
      const secondRow = () =>
        inDatabase(url, 'SELECT state, error_code, messages_json FROM memberload.run_row WHERE row_number = 2');

      test.runIf(process.platform === 'linux')(
        'has sent a row after somebody has said "not applied", and has no answer: it is in doubt again',
        async () => {
          const end = await lateFirstByte();
          const [row] = await secondRow();
          expect(end.exitCode, end.stderr).toBe(7);
          expect(row).toMatchObject({ state: 'in_doubt', error_code: 'RESPONSE_MISMATCH' });
          expect(row?.messages_json).toContain('It was sent after all, without an answer');
        },
      );

      test.runIf(process.platform === 'linux')(
        'negative control: without a look at late ends the credit is lost without a word',
        async () => {
          await withoutGuards(url, LATE_ENDS);
          await lateFirstByte();
          expect(await secondRow()).toMatchObject([{ state: 'failed' }]);
        },
      );

      const startAnew = async (second: (...words: string[]) => Promise<ToolEnd>, runId: string): Promise<void> => {
        expect((await second('runs', 'cancel', runId)).exitCode).toBe(0);
        const end = await second('topup', 'topup.csv', '-y', '--again', '--timeout', '1s');
        expect(end.exitCode, end.stderr).toBe(0);
      };

      test.runIf(process.platform === 'linux')(
        'begins nothing any more, when somebody has started the file anew',
        async () => {
          const end = await whileAsleep([BEFORE_INTENT], ['topup', 'topup.csv', '-y', '--again'], startAnew);
          expect(end.exitCode, end.stderr).toBe(5);
          expect(await credits()).toEqual({ '8008010001': 1 });
        },
      );

      test.runIf(process.platform === 'linux')('negative control: without the fence it is credited twice', async () => {
        await withoutGuards(url, FENCE);
        await whileAsleep([BEFORE_INTENT, WITHOUT_DEADLINE], ['topup', 'topup.csv', '-y', '--again'], startAnew);
        expect(await credits()).toEqual({ '8008010001': 2 });
      });

      const importAnew = async (
        second: (...words: string[]) => Promise<ToolEnd>,
        runId: string,
        two: Workspace,
      ): Promise<void> => {
        expect((await second('runs', 'cancel', runId)).exitCode).toBe(0);
        two.file('members.csv', lines('number,name', '8008010001,New'));
        const end = await second('import', 'members.csv', '-y', '--timeout', '1s');
        expect(end.exitCode, end.stderr).toBe(0);
      };
      const BEFORE_WRITE = stopsBefore('send/send-row.js', 'wasSent = true;');

      test.runIf(process.platform === 'linux')(
        'imports nothing any more, when somebody has imported it anew',
        async () => {
          const end = await whileAsleep([BEFORE_WRITE], ['import', 'members.csv', '-y'], importAnew);
          expect(end.exitCode, end.stderr).toBe(5);
          expect(end.stderr).toContain('out of touch with the shared ledger');
          expect(await vendor.member('8008010001')).toMatchObject({ name: 'New' });
        },
      );

      test.runIf(process.platform === 'linux')(
        'negative control: without the look it writes the old name',
        async () => {
          await whileAsleep([BEFORE_WRITE, WITHOUT_DEADLINE], ['import', 'members.csv', '-y'], importAnew);
          expect(await vendor.member('8008010001')).toMatchObject({ name: 'Old' });
        },
      );

      test.runIf(process.platform === 'linux')(
        'brings an answer that contradicts what was decided meanwhile: a person is told by its end, by runs and by resolve',
        async () => {
          let told: ToolEnd | undefined;
          const afterAnswer = stopsBefore('send/send-increment.js', 'if (isCertainlyNotApplied(raw))');
          const two = openMachine();
          const end = await whileAsleep([afterAnswer], ['topup', 'topup.csv', '-y'], async (second, runId) => {
            told = await second('resolve', runId, '--row', '1', '--as', 'not-applied');
            expect(told.stderr).toContain('The decision is kept');
          });
          expect(end.exitCode, end.stderr).toBe(7);
          expect(end.stderr).toContain('memberload resolve');
          const [run] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
          const contradicts = 'the vendor applied it, and the row had become "failed" meanwhile';
          expect((await two.run(['runs', String(run?.run_id)])).stdout).toContain(contradicts);
          const shown = await two.run(['resolve', String(run?.run_id)]);
          expect(shown.exitCode).toBe(7);
          expect(shown.stdout).toContain(contradicts);
          expect(shown.stdout).toContain('an answer that came late');
          expect(await credits()).toEqual({ '8008010001': 1 });
        },
      );

      /** The rest of a run is given up by a colleague, and credited anew, while somebody is about to carry it on. */
      async function whileAboutToResume(patches: readonly Patch[]): Promise<ToolEnd> {
        const one = openMachine();
        one.file('rest.csv', TWO_ROWS);
        const paused = ['topup', 'rest.csv', '-y', '--again', '--daily-quota', '4', '--concurrency', '1'];
        expect((await one.run(paused)).exitCode).toBe(6);
        return whileAsleep(
          [stopsBefore('run/resume-run.js', 'const { run, waitedMs } = await claimRun(known,'), ...patches],
          ['resume', '--daily-quota', '300'],
          async (second, runId, two) => {
            expect((await second('runs', 'cancel', runId)).exitCode).toBe(0);
            two.file('rest.csv', lines('number,pointIncrement', '8008010003,30'));
            const end = await second('topup', 'rest.csv', '-y', '--again');
            expect(end.exitCode, end.stderr).toBe(0);
          },
          // It wakes with its lease: what keeps it from sending is what it reads, and nothing else.
          { one, lease: [] },
        );
      }

      test.runIf(process.platform === 'linux')('does not carry on a run that was given up meanwhile', async () => {
        const end = await whileAboutToResume([]);
        expect(end.exitCode, end.stderr).toBe(2);
        expect(end.stderr).toContain('was cancelled meanwhile');
        expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
      });

      test.runIf(process.platform === 'linux')(
        'negative control: as it was read before the claim it is credited twice',
        async () => {
          const blind = {
            file: 'run/shared/claim-run.js',
            anchor: "if (state !== 'finished' && state !== 'cancelled')",
            replacement: 'if (true)',
          };
          await whileAboutToResume([blind]);
          expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 2 });
        },
      );
    });

    // Before and after a group of writes is durable, and when the bytes of an increment are out.
    test.each([...SHARED_POINTS.map((point) => [point, 8] as const), ['send.after', 1] as const])(
      'a machine that is killed at %s carries on itself when its lease is over',
      async (point, nth) => {
        const machine = openMachine();
        machine.file('topup.csv', TWO_ROWS);
        const options = toolOf(machine, { build, vendor, url }, SHORT_LEASE);
        const killed = await runTool(
          ['topup', 'topup.csv', '-y', '--timeout', '1s', '--concurrency', '1', '--read-before'],
          {
            ...options,
            kills: [{ point, nth }],
          },
        );
        expect(killed.isKilled, killed.stderr).toBe(true);
        const resumed = await runTool(['resume', '--timeout', '1s'], options);
        expect(resumed.exitCode, resumed.stderr).toBe(0);
        expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
        expect(outcomesOf(machine.read('topup.result.csv'))).toEqual(['done topped_up', 'done topped_up']);
      },
    );
  },
);
