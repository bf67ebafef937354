import { statfsSync, statSync } from 'node:fs';
import { EXIT, type ExitCode, OperatorError, unreachable, usageError } from '../base/errors.ts';
import { quoted } from '../base/quoted.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { Ledger, LedgerReader, Target } from '../ledger/ledger.ts';
import { sumCalls } from '../result/summary.ts';
import {
  type Check,
  checkKybio,
  checkWonder,
  describeRepeats,
  failed,
  KYBIO_CHECK_CALLS,
  ok,
  skipped,
  WONDER_CHECK_CALLS,
  warning,
} from '../run/check-vendors.ts';
import { PROBE_CALLS, probeRepeat } from '../send/probe-repeat.ts';
import type { LearnedFact } from '../send/repeat-fact.ts';
import { readControlSettings } from '../settings/job-settings.ts';
import { proxyHost, readProxy } from '../settings/proxy-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { configuredTargets, vendorSettings } from '../settings/vendor-settings.ts';
import type { CommandInput } from './commands.ts';
import { confirmYes } from './confirm.ts';
import { type Session, withLedgerReader, withSession } from './session.ts';

/** What doctor has found so far, and what it has cost. */
type Findings = { readonly checks: Check[]; calls: ReturnType<typeof sumCalls>[] };

/**
 * `doctor`: looks at everything a run depends on, says beforehand what that costs, and of each failed check
 * what to do. Without a ledger no call can be counted, so none is made.
 */
export async function runDoctor(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { settings, console } = input;
  const controls = readControlSettings(settings);
  const storeZone = settings.get('timeZone');
  const number = settings.typed('probeRepeat');
  const targets: readonly Target[] = settings.get('sandbox') ? ['kybio', 'wonder'] : configuredTargets(settings);
  if (number !== undefined && !targets.includes('kybio')) {
    throw usageError(
      'MISSING_SETTING',
      '--probe-repeat needs the settings of Kybio.',
      'Set KYBIO_BASE_URL and the rest, or add --sandbox.',
    );
  }
  const findings: Findings = { checks: [], calls: [] };
  findings.checks.push(
    ok('settings', settings.config.path === undefined ? 'no config file' : `read from ${settings.config.path}`),
  );
  findings.checks.push(checkNetwork(input));
  if (targets.includes('kybio') && !settings.get('sandbox')) findings.checks.push(checkKybioKey(settings, controls));
  if (targets.length === 0) {
    findings.checks.push(
      failed(
        'vendors',
        'neither Kybio nor Wonder is set',
        'Set KYBIO_BASE_URL, KYBIO_APP_ID and KYBIO_APP_KEY, or try with --sandbox.',
      ),
    );
  }
  let isLedgerOpen = false;
  const inSession = (work: (session: Session) => Promise<void>): Promise<void> =>
    withSession(input, async (session) => {
      isLedgerOpen = true;
      await work(session);
    });
  try {
    await inSession(async (session) => {
      if (settings.typed('acceptLedger')) await acceptLedger(session, input);
      findings.checks.push(checkHome(settings.homeFolder), await checkLedger(session.ledger));
      findings.checks.push(await describeRuns(session.ledger));
      console.say(describeCost(targets, number));
      if (!targets.includes('kybio')) return;
      await withVendors('kybio', session, controls, findings, async ({ kybio }) => {
        if (!kybio) return;
        findings.checks.push(...(await checkKybio(kybio, storeZone)));
        const isRefused = findings.checks.some(({ status, name }) => name === 'kybio signature' && status !== 'ok');
        if (isRefused) {
          if (number !== undefined) {
            findings.checks.push(
              failed(PROBE_CHECK, 'not tried: see kybio signature', 'Type it again once that check is ok.'),
            );
          }
          return;
        }
        if (number !== undefined) {
          await confirmYes(`Member ${number} is sent increments of nothing.`, 'go', input);
          findings.checks.push(await probe(number, { kybio, ledger: session.ledger, storeZone }));
        }
        findings.checks.push(await describeRepeats(kybio, session.ledger));
      });
    });
    // A session of its own: what stops the lane of one vendor must not stop the other's.
    if (targets.includes('wonder')) {
      await inSession((session) =>
        withVendors('wonder', session, controls, findings, async ({ wonder }) => {
          if (wonder) findings.checks.push(...(await checkWonder(wonder, storeZone)));
        }),
      );
    }
  } catch (error) {
    if (!(error instanceof OperatorError) || !/^(LEDGER_|OPEN_FOLDER)/.test(error.code)) throw error;
    const onlyLooks = number === undefined && !settings.typed('acceptLedger');
    if (error.code === 'LEDGER_IN_USE' && onlyLooks && !isLedgerOpen) {
      findings.checks.push(...(await lookWhileAtWork(input, error, targets)));
      return report(findings, settings, input);
    }
    // Damage may be met only when that part of the ledger is read.
    if (isLedgerOpen && error.code !== 'LEDGER_DAMAGED') throw error;
    findings.checks.push(
      failed('ledger', error.message, error.hint),
      ...targets.map((target) => skipped(`${target} signature`, 'without the ledger no call can be counted')),
    );
  }
  return report(findings, settings, input);
}

/** Another process is at work: what can be read is checked. Calls would not be counted, so none is made. */
function lookWhileAtWork(
  input: CommandInput,
  { message, hint }: OperatorError,
  targets: readonly Target[],
): Promise<Check[]> {
  return withLedgerReader(input, async (ledger, settings) => {
    if (ledger === undefined) return [failed('ledger', message, hint)];
    const health = await checkHealth(ledger);
    const atWork = message.replace(/\.$/, '');
    return [
      checkHome(settings.homeFolder),
      health.status === 'ok' ? ok('ledger', `${health.detail}. ${atWork}`) : health,
      await describeRuns(ledger, true),
      ...targets.map((target) =>
        skipped(`${target} signature`, 'another memberload is at work', 'Type it again when that one has ended.'),
      ),
    ];
  });
}

function describeCost(targets: readonly Target[], number: string | undefined): string {
  const parts = [
    targets.includes('kybio')
      ? `Kybio ${KYBIO_CHECK_CALLS.least} call (signature, clock and quota together; ${KYBIO_CHECK_CALLS.most} when the first does not tell the quota)`
      : undefined,
    targets.includes('wonder') ? `Wonder ${WONDER_CHECK_CALLS} call (echo)` : undefined,
    number === undefined ? undefined : `--probe-repeat ${PROBE_CALLS.least} or ${PROBE_CALLS.most} calls to Kybio`,
  ].filter((part) => part !== undefined);
  return `The checks of settings, network, home folder and ledger cost no call. Cost: ${parts.join(', ') || 'nothing'}.`;
}

/** Opens the vendor's client for `work`; settings that cannot be used are a failed check, not an end. */
async function withVendors(
  target: Target,
  session: Session,
  controls: ControlSettings,
  findings: Findings,
  work: (vendors: Vendors) => Promise<void>,
): Promise<void> {
  let vendors: Vendors;
  try {
    const connected = await session.connect([target], controls, session.settings.get('sandbox'));
    vendors = connected.openVendors();
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    findings.checks.push(failed(`${target} settings`, error.message, error.hint, error.exitCode));
    return;
  }
  const vendor = vendors[target];
  if (!vendor) return;
  findings.checks.push(ok(`${target} settings`, vendor.lane.settings.account));
  try {
    await work(vendors);
  } finally {
    findings.calls.push(sumCalls([vendor.lane]));
    await vendor.client.close();
  }
}

/** What the environment does to every call. A proxy is named without its password. */
function checkNetwork({ surroundings }: CommandInput): Check {
  const name = 'network';
  const { NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS } = surroundings.environment;
  if (NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    return failed(
      name,
      'NODE_TLS_REJECT_UNAUTHORIZED=0: certificates are not checked, so anybody in between can read keys and members',
      "Unset it. For a company's own authority, set NODE_EXTRA_CA_CERTS to its certificate (PEM).",
    );
  }
  const proxy = readProxy(surroundings);
  const details = [
    proxy === undefined ? 'no proxy' : `HTTPS_PROXY: calls go through ${proxyHost(proxy)}, none to this machine`,
    ...(proxy?.noProxy ? [`NO_PROXY: none to ${proxy.noProxy}`] : []),
    ...(NODE_EXTRA_CA_CERTS ? [`NODE_EXTRA_CA_CERTS: ${NODE_EXTRA_CA_CERTS} is trusted`] : []),
  ];
  return ok(name, details.join('; '));
}

/** As in every sample of the vendor's; nobody documents the format, so another one is only pointed out. */
function checkKybioKey(settings: Settings, controls: ControlSettings): Check {
  const name = 'kybio key';
  try {
    const transfer = { timeoutMs: controls.timeoutMs, connections: 1 };
    const { appId = '', appKey = '' } = vendorSettings(settings, ['kybio'], transfer).kybio ?? {};
    const problems = [
      /^[0-9A-Fa-f]{32}$/.test(appId)
        ? undefined
        : 'the appId is not 32 hexadecimal digits, as in the samples of the vendor',
      /[^\x21-\x7e]/.test(appKey) ? 'the key has a space or a character that is not ASCII in it' : undefined,
      /^(["']).*\1$/.test(appKey) ? 'the key is in quotation marks' : undefined,
      appKey.toLowerCase() === appId.toLowerCase() ? 'the key is the same as the appId' : undefined,
    ].filter((problem) => problem !== undefined);
    if (problems.length > 0) return warning(name, problems.join('; '), 'Copy both again from the back office.');
    // What reading the file has told: its encoding, its lines, who can read it.
    const [about, ...more] = settings.warnings;
    if (about !== undefined) return warning(name, [about, ...more].join(' '), 'Runs say so too, and go on.');
    return ok(name, 'appId and key look as they should');
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return skipped(name, 'see kybio settings');
  }
}

/** Below this a run of some size fills the disk: the ledger takes 0.5 KB a row, the result file what the input has. */
const FREE_BYTES_WARNED = 200 * 1024 * 1024;
const FREE_BYTES_MIN = 20 * 1024 * 1024;

function checkHome(folder: string): Check {
  const name = 'home folder';
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  const detail = `${folder}, ${Math.floor(freeBytes / 1024 / 1024)} MB free`;
  const mode = statSync(folder).mode & 0o777;
  if (freeBytes < FREE_BYTES_MIN)
    return failed(name, detail, 'Free disk space: a run stops when the ledger cannot be written.');
  if ((mode & 0o077) !== 0) {
    return warning(name, `${detail}, open to others (mode ${mode.toString(8)})`, `Type: chmod 700 ${quoted(folder)}`);
  }
  return freeBytes < FREE_BYTES_WARNED
    ? warning(name, detail, 'Free disk space before a large run.')
    : ok(name, detail);
}

async function checkLedger(ledger: Ledger): Promise<Check> {
  const health = await checkHealth(ledger);
  if (health.status !== 'ok') return health;
  try {
    await ledger.requireNewest();
    return health;
  } catch (error) {
    if (error instanceof OperatorError) return failed('ledger', error.message, error.hint);
    throw error;
  }
}

async function checkHealth(ledger: LedgerReader): Promise<Check> {
  const health = await ledger.readHealth();
  if (health.problems.length > 0) {
    return failed(
      'ledger',
      `${health.place} is damaged: ${health.problems.join('; ')}`,
      'Put a backup of it back. Nothing was changed.',
    );
  }
  const details = [`version ${health.version}`, 'intact', ...health.details];
  return ok('ledger', `${health.place}, ${details.join(', ')}; ${health.intentCount} increments recorded`);
}

async function describeRuns(ledger: LedgerReader, isAtWork = false): Promise<Check> {
  const runs = await ledger.runs.list(RUNS_COUNTED_MAX);
  const unfinished = await ledger.runs.listUnfinished();
  const accounts = [...new Set(runs.map(({ account }) => account))];
  const inDoubt = (await Promise.all(accounts.map((account) => ledger.increments.listUnsettled(account)))).flat();
  const runCount = runs.length < RUNS_COUNTED_MAX ? `${runs.length}` : `${RUNS_COUNTED_MAX} or more`;
  const detail = `${runCount} runs, ${unfinished.length} not finished, ${inDoubt.length} rows in doubt`;
  const first = inDoubt[0];
  if (first) return warning('runs', detail, `Decide them: memberload resolve ${first.runId}`);
  const open = unfinished.find(({ state }) => !(isAtWork && state === 'running'));
  return open ? warning('runs', detail, `Carry on with: memberload resume ${open.runId}`) : ok('runs', detail);
}

/** Enough to name every account that is still in use. */
const RUNS_COUNTED_MAX = 10_000;

/** Lowers the high-water mark to what the ledger knows. */
async function acceptLedger({ ledger }: Session, input: CommandInput): Promise<void> {
  const { console } = input;
  try {
    await ledger.requireNewest();
    console.say('The ledger is the newest; there is nothing to accept.');
    return;
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'LEDGER_OLDER') throw error;
  }
  await confirmYes(
    `${ledger.place} will be taken for the newest. Rows of its unfinished runs that were sent after this copy was made would be credited again.`,
    'go',
    input,
  );
  await ledger.acceptAsNewest();
  const { intentCount } = await ledger.readHealth();
  console.say(`${ledger.place} is taken for the newest from now on, with ${intentCount} increments.`);
}

const PROBE_CHECK = 'probe of repeats';

async function probe(number: string, parts: Parameters<typeof probeRepeat>[1]): Promise<Check> {
  const name = PROBE_CHECK;
  try {
    const result = await probeRepeat(number, parts);
    if (!result.isLearned) {
      return failed(
        name,
        `nothing was learned: ${result.why}`,
        'Nothing was credited. Try again later, or with another member.',
      );
    }
    return ok(name, describeFact(result.fact, result.said));
  } catch (error) {
    if (error instanceof StoppedError)
      return failed(name, "the day's calls are used up", 'Nothing was learned. Try again tomorrow.');
    throw error;
  }
}

function describeFact(fact: LearnedFact, said: string): string {
  switch (fact.kind) {
    case 'refused':
      return `the account refuses a repeat with code ${fact.code} (${said || 'no message'}), and accepts earlier times that are new; kept, and used to settle top-ups from now on`;
    case 'newer_only':
      return 'the account refuses every time that is not newer than the last change; kept: that is no check of repeats, so top-ups without an answer are settled by reading the member';
    case 'accepted':
      return 'the account accepts a repeat; kept: top-ups without an answer are settled by reading the member';
    default:
      return unreachable(fact);
  }
}

const LABELS = { ok: 'ok     ', warning: 'WARNING', failed: 'FAILED ', skipped: 'skipped' } as const;

function report({ checks, calls }: Findings, settings: Settings, { console }: CommandInput): { exitCode: ExitCode } {
  const codes = checks.map(({ status, exitCode }) => (status === 'failed' ? (exitCode ?? EXIT.usage) : EXIT.ok));
  const exitCode = codes.includes(EXIT.credentials)
    ? EXIT.credentials
    : codes.some((code) => code !== EXIT.ok)
      ? EXIT.usage
      : EXIT.ok;
  const sent = calls.reduce((sum, { sent: count }) => sum + count, 0);
  if (settings.get('json')) {
    console.print(
      JSON.stringify({
        command: 'doctor',
        checks: checks.map(({ name, status, detail, hint }) => ({ name, status, detail, hint })),
        calls: { sent, byEndpoint: Object.assign({}, ...calls.map(({ byEndpoint }) => byEndpoint)) as object },
        exitCode,
      }),
    );
    return { exitCode };
  }
  for (const { name, status, detail, hint } of checks) {
    console.print(`${LABELS[status]}  ${name}: ${detail.replace(/\.$/, '')}.`);
    if (hint !== '') console.print(`         ${hint}`);
  }
  console.say(`${sent} calls were made.`);
  return { exitCode };
}
