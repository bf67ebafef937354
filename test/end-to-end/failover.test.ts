import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Build, copyBuild } from '../chaos/build.ts';
import { runTool, startTool, type ToolEnd } from '../chaos/tool.ts';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { SHORT_LEASE } from '../support/machines.ts';
import {
  type Cluster,
  HAS_POSTGRES,
  inDatabase,
  killCluster,
  makeClusterFolder,
  promote,
  startCluster,
  stopCluster,
  urlOf,
} from '../support/postgres.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

/** Two real servers, one of which follows the other, and takes over when that one is gone. */
const vendor = useVendorSandbox();

const MEMBERS = ['8008010001', '8008010002', '8008010003', '8008010004', '8008010005'];
const FILE = lines('number,pointIncrement', ...MEMBERS.map((number) => `${number},20`));

describe.runIf(HAS_POSTGRES)(
  'when the server of the shared ledger is gone and its standby takes over',
  { timeout: 240_000 },
  () => {
    let build: Build;
    beforeAll(() => {
      build = copyBuild();
    });
    afterAll(() => build.remove());

    async function newCluster(standbyOf?: Cluster): Promise<Cluster> {
      const folder = makeClusterFolder();
      onTestFinished(() => {
        stopCluster(folder);
        rmSync(folder, { recursive: true, force: true });
      });
      return startCluster(folder, [], standbyOf);
    }

    const at = (cluster: Cluster): string => urlOf(cluster, 'postgres');
    const openMachine = (): Workspace => {
      const machine = openWorkspace(vendor.settings);
      machine.file('topup.csv', FILE);
      return machine;
    };
    const optionsOf = (machine: Workspace, cluster: Cluster) => ({
      build,
      patches: SHORT_LEASE,
      cwd: machine.folder,
      environment: {
        ...vendor.settings,
        HOME: machine.folder,
        MEMBERLOAD_HOME: machine.home,
        MEMBERLOAD_LEDGER_URL: at(cluster),
      },
    });
    const runAt = (machine: Workspace, cluster: Cluster, ...words: string[]): Promise<ToolEnd> =>
      runTool(words, optionsOf(machine, cluster));
    const TOPUP = ['topup', 'topup.csv', '-y', '--timeout', '1s', '--concurrency', '1', '--read-before'];

    /** How often each member was credited. */
    async function credits(): Promise<number[]> {
      const { increments } = await vendor.books();
      const uids = await Promise.all(MEMBERS.map(async (number) => String((await vendor.member(number))?.customerUid)));
      return uids.map((uid) => increments.filter(({ customerUid }) => customerUid === uid).length);
    }

    async function openPair(machine: Workspace): Promise<{ primary: Cluster; standby: Cluster }> {
      const primary = await newCluster();
      const made = await runAt(machine, primary, 'ledger', 'init');
      expect(made.exitCode, made.stderr).toBe(0);
      return { primary, standby: await newCluster(primary) };
    }

    test('a synchronous standby has every credit: after a person has accepted it, each row is credited once', async () => {
      const machine = openMachine();
      const { primary, standby } = await openPair(machine);
      const follows = 'SELECT sync_state FROM pg_stat_replication';
      await inDatabase(at(primary), "ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()');
      await expect.poll(async () => (await inDatabase(at(primary), follows))[0]?.sync_state).toBe('sync');

      await vendor.set({ 'fault.slow': 1, slowMs: 300 });
      const cut = startTool(TOPUP, optionsOf(machine, primary));
      onTestFinished(() => cut.kill('SIGKILL'));
      await expect.poll(async () => (await vendor.books()).increments.length).toBeGreaterThan(1);
      killCluster(primary);
      const end = await cut.ended;
      expect(end.exitCode, end.stderr).toBe(5);
      await vendor.set({ 'fault.slow': 0 });
      const before = (await credits()).reduce((sum, count) => sum + count, 0);
      expect(before).toBeLessThan(MEMBERS.length);

      promote(standby);
      const refused = await runAt(machine, standby, 'resume', '--timeout', '1s');
      expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('another copy of the database') });
      const other = await runAt(openMachine(), standby, ...TOPUP);
      expect(other.exitCode, other.stderr).toBe(2);
      // Looking is allowed.
      expect((await runAt(machine, standby, 'runs')).exitCode).toBe(0);
      expect(await runAt(machine, standby, 'ledger', 'status')).toMatchObject({
        exitCode: 1,
        stdout: expect.stringContaining('another copy of the database'),
      });
      const unasked = await runAt(machine, standby, 'ledger', 'status', '--accept-failover');
      expect(unasked.exitCode, unasked.stderr).toBe(2);

      const accepted = await runAt(machine, standby, 'ledger', 'status', '--accept-failover', '-y');
      expect(accepted, accepted.stderr).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining('The newest increment that this copy of the ledger knows was begun at: 20'),
      });
      const resumed = await runAt(machine, standby, 'resume', '--timeout', '1s');
      expect(resumed.exitCode, resumed.stderr).toBe(0);
      expect(await credits()).toEqual(MEMBERS.map(() => 1));
      expect(outcomesOf(machine.read('topup.result.csv'))).toEqual(MEMBERS.map(() => 'done topped_up'));
    });

    test('a standby that lags is refused beforehand, and waited with afterwards; accepted blindly it credits twice', async () => {
      const machine = openMachine();
      const { primary, standby } = await openPair(machine);
      const refused = await runAt(machine, primary, ...TOPUP);
      expect(refused).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('without synchronous_standby_names'),
      });

      machine.config({ ledgerMayLoseCommits: true });
      await inDatabase(at(standby), "ALTER SYSTEM SET primary_conninfo = ''", 'SELECT pg_reload_conf()');
      await expect
        .poll(async () => (await inDatabase(at(primary), 'SELECT pid FROM pg_stat_replication')).length)
        .toBe(0);
      const end = await runAt(machine, primary, ...TOPUP);
      expect(end.exitCode, end.stderr).toBe(0);
      killCluster(primary);
      promote(standby);

      const colleague = openMachine();
      expect((await runAt(colleague, standby, ...TOPUP)).stderr).toContain('another copy of the database');
      expect(await credits()).toEqual(MEMBERS.map(() => 1));
      // The control: whoever accepts without looking has them twice.
      expect((await runAt(colleague, standby, 'ledger', 'status', '--accept-failover', '-y')).exitCode).toBe(0);
      const twice = await runAt(colleague, standby, ...TOPUP);
      expect(twice.exitCode, twice.stderr).toBe(0);
      expect(await credits()).toEqual(MEMBERS.map(() => 2));
      // The home that has sent them knows that they are missing, whatever was accepted.
      expect((await runAt(machine, standby, ...TOPUP, '--again', '--overwrite')).stderr).toContain('accept-ledger');
    });
  },
);
