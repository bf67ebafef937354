import { statfsSync, statSync } from 'node:fs';
import { EXIT, type ExitCode, OperatorError, unreachable, usageError } from '../base/errors.ts';
import { quoted } from '../base/quoted.ts';
import { textWidth } from '../base/text-width.ts';
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
import { doctorTexts } from '../texts/cli/doctor.ts';
import { sharedTexts } from '../texts/shared.ts';
import type { CommandInput } from './commands.ts';
import { type Session, withLedgerReader, withSession } from './session.ts';
import { confirmYes } from './terminal/confirm.ts';

/** What doctor has found so far, and what it has cost. */
type Findings = { readonly checks: Check[]; calls: ReturnType<typeof sumCalls>[] };

/**
 * `doctor`: looks at everything a run depends on, says beforehand what that costs, and of each failed check
 * what to do. Without a ledger no call can be counted, so none is made.
 */
export async function runDoctor(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { settings, console } = input;
  const texts = doctorTexts();
  const controls = readControlSettings(settings);
  const storeZone = settings.get('timeZone');
  const number = settings.typed('probeRepeat');
  const targets: readonly Target[] = settings.get('sandbox') ? ['kybio', 'wonder'] : configuredTargets(settings);
  if (number !== undefined && !targets.includes('kybio')) {
    throw usageError('MISSING_SETTING', texts.probeNeedsKybio, texts.probeNeedsKybioHint);
  }
  const findings: Findings = { checks: [], calls: [] };
  findings.checks.push(ok('settings', texts.configFile(settings.config.path)));
  findings.checks.push(checkNetwork(input));
  if (targets.includes('kybio') && !settings.get('sandbox')) findings.checks.push(checkKybioKey(settings, controls));
  if (targets.length === 0) {
    findings.checks.push(failed('vendors', texts.noVendor, texts.noVendorHint));
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
            findings.checks.push(failed(PROBE_CHECK, texts.notProbed, texts.notProbedHint));
          }
          return;
        }
        if (number !== undefined) {
          await confirmYes(texts.willProbe(number), 'go', input);
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
      ...targets.map((target) => skipped(`${target} signature`, texts.noLedger)),
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
    const texts = doctorTexts();
    const atWork = sharedTexts().withoutStop(message);
    return [
      checkHome(settings.homeFolder),
      health.status === 'ok' ? ok('ledger', texts.ledgerAtWork(health.detail, atWork)) : health,
      await describeRuns(ledger, true),
      ...targets.map((target) => skipped(`${target} signature`, texts.othersAtWork, texts.othersAtWorkHint)),
    ];
  });
}

function describeCost(targets: readonly Target[], number: string | undefined): string {
  return doctorTexts().cost(
    targets.includes('kybio') ? KYBIO_CHECK_CALLS : undefined,
    targets.includes('wonder') ? WONDER_CHECK_CALLS : undefined,
    number === undefined ? undefined : PROBE_CALLS,
  );
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
  const texts = doctorTexts();
  const { NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS } = surroundings.environment;
  if (NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    return failed(name, texts.tlsOff, texts.tlsOffHint);
  }
  const proxy = readProxy(surroundings);
  const details = [
    proxy === undefined ? texts.noProxy : texts.proxy(proxyHost(proxy)),
    ...(proxy?.noProxy ? [texts.proxyNotTo(proxy.noProxy)] : []),
    ...(NODE_EXTRA_CA_CERTS ? [texts.extraCertificates(NODE_EXTRA_CA_CERTS)] : []),
  ];
  return ok(name, texts.together(details));
}

/** As in every sample of the vendor's; nobody documents the format, so another one is only pointed out. */
function checkKybioKey(settings: Settings, controls: ControlSettings): Check {
  const name = 'kybio key';
  const texts = doctorTexts();
  try {
    const transfer = { timeoutMs: controls.timeoutMs, connections: 1 };
    const { appId = '', appKey = '' } = vendorSettings(settings, ['kybio'], transfer).kybio ?? {};
    const problems = [
      /^[0-9A-Fa-f]{32}$/.test(appId) ? undefined : texts.keyProblems.appId,
      /[^\x21-\x7e]/.test(appKey) ? texts.keyProblems.ascii : undefined,
      /^(["']).*\1$/.test(appKey) ? texts.keyProblems.quotes : undefined,
      appKey.toLowerCase() === appId.toLowerCase() ? texts.keyProblems.same : undefined,
    ].filter((problem) => problem !== undefined);
    if (problems.length > 0) return warning(name, texts.together(problems), texts.keyProblemsHint);
    // What reading the file has told: its encoding, its lines, who can read it.
    const [about, ...more] = settings.warnings;
    if (about !== undefined) return warning(name, sharedTexts().sentences([about, ...more]), texts.runsSayIt);
    return ok(name, texts.keyIsFine);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return skipped(name, texts.seeSettings);
  }
}

/** Below this a run of some size fills the disk: the ledger takes 0.5 KB a row, the result file what the input has. */
const FREE_BYTES_WARNED = 200 * 1024 * 1024;
const FREE_BYTES_MIN = 20 * 1024 * 1024;

function checkHome(folder: string): Check {
  const name = 'home folder';
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  const texts = doctorTexts();
  const detail = texts.megabytesFree(folder, Math.floor(freeBytes / 1024 / 1024));
  const mode = statSync(folder).mode & 0o777;
  if (freeBytes < FREE_BYTES_MIN) return failed(name, detail, texts.diskFull);
  if ((mode & 0o077) !== 0) {
    return warning(name, texts.openToOthers(detail, mode.toString(8)), texts.type(`chmod 700 ${quoted(folder)}`));
  }
  return freeBytes < FREE_BYTES_WARNED ? warning(name, detail, texts.diskNearlyFull) : ok(name, detail);
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
  const texts = doctorTexts();
  const health = await ledger.readHealth();
  if (health.problems.length > 0) {
    return failed('ledger', texts.ledgerDamaged(health.place, health.problems), texts.ledgerDamagedHint);
  }
  const details = [texts.ledgerVersion(health.version), texts.ledgerIntact, ...health.details];
  return ok('ledger', texts.ledgerIs(health.place, details, health.intentCount));
}

async function describeRuns(ledger: LedgerReader, isAtWork = false): Promise<Check> {
  const runs = await ledger.runs.list(RUNS_COUNTED_MAX);
  const unfinished = await ledger.runs.listUnfinished();
  const accounts = [...new Set(runs.map(({ account }) => account))];
  const inDoubt = (await Promise.all(accounts.map((account) => ledger.increments.listUnsettled(account)))).flat();
  const texts = doctorTexts();
  const detail = texts.runs(runs.length, runs.length >= RUNS_COUNTED_MAX, unfinished.length, inDoubt.length);
  const first = inDoubt[0];
  if (first) return warning('runs', detail, texts.decideThem(first.runId));
  const open = unfinished.find(({ state }) => !(isAtWork && state === 'running'));
  return open ? warning('runs', detail, texts.carryOn(open.runId)) : ok('runs', detail);
}

/** Enough to name every account that is still in use. */
const RUNS_COUNTED_MAX = 10_000;

/** Lowers the high-water mark to what the ledger knows. */
async function acceptLedger({ ledger }: Session, input: CommandInput): Promise<void> {
  const { console } = input;
  try {
    await ledger.requireNewest();
    console.say(doctorTexts().ledgerIsNewest);
    return;
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'LEDGER_OLDER') throw error;
  }
  await confirmYes(doctorTexts().acceptLedger(ledger.place), 'go', input);
  await ledger.acceptAsNewest();
  const { intentCount } = await ledger.readHealth();
  console.say(doctorTexts().ledgerAccepted(ledger.place, intentCount));
}

const PROBE_CHECK = 'probe of repeats';

async function probe(number: string, parts: Parameters<typeof probeRepeat>[1]): Promise<Check> {
  const name = PROBE_CHECK;
  const texts = doctorTexts();
  try {
    const result = await probeRepeat(number, parts);
    if (!result.isLearned) {
      return failed(name, texts.nothingLearned(result.why), texts.nothingLearnedHint);
    }
    return ok(name, describeFact(result.fact, result.said));
  } catch (error) {
    if (error instanceof StoppedError) return failed(name, texts.callsUsedUp, texts.probeTomorrow);
    throw error;
  }
}

function describeFact(fact: LearnedFact, said: string): string {
  switch (fact.kind) {
    case 'refused':
      return doctorTexts().learnedRefused(fact.code, said);
    case 'newer_only':
      return doctorTexts().learnedNewerOnly;
    case 'accepted':
      return doctorTexts().learnedAccepted;
    default:
      return unreachable(fact);
  }
}

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
  const texts = doctorTexts();
  for (const { name, status, detail, hint } of checks) {
    const label = texts.labels[status];
    console.print(texts.line(label, texts.names[name], sharedTexts().withoutStop(detail)));
    if (hint !== '') console.print(`${' '.repeat(textWidth(label) + 2)}${console.asTyped(hint)}`);
  }
  console.say(texts.callsMade(sent));
  return { exitCode };
}
