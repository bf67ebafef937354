import { topic } from '../texts.ts';

/** `doctor`: what it looked at and found. A detail is a sentence without its full stop. */
export const DOCTOR = {
  labels: { ok: 'ok     ', warning: 'WARNING', failed: 'FAILED ', skipped: 'skipped' },
  names: {
    settings: 'settings',
    network: 'network',
    vendors: 'vendors',
    ledger: 'ledger',
    runs: 'runs',
    'home folder': 'home folder',
    'kybio key': 'kybio key',
    'kybio settings': 'kybio settings',
    'kybio signature': 'kybio signature',
    'kybio clock': 'kybio clock',
    'kybio quota': 'kybio quota',
    'kybio repeats': 'kybio repeats',
    'probe of repeats': 'probe of repeats',
    'wonder settings': 'wonder settings',
    'wonder signature': 'wonder signature',
    'wonder clock': 'wonder clock',
  },
  line: (label: string, name: string, detail: string) => `${label}  ${name}: ${detail}.`,
  callsMade: (count: number) => `${count} calls were made.`,

  // cli/doctor.ts
  probeNeedsKybio: '--probe-repeat needs the settings of Kybio.',
  probeNeedsKybioHint: 'Set KYBIO_BASE_URL and the rest, or add --sandbox.',
  configFile: (path: string | undefined) => (path === undefined ? 'no config file' : `read from ${path}`),
  noVendor: 'neither Kybio nor Wonder is set',
  noVendorHint: 'Set KYBIO_BASE_URL, KYBIO_APP_ID and KYBIO_APP_KEY, or try with --sandbox.',
  notProbed: 'not tried: see kybio signature',
  notProbedHint: 'Type it again once that check is ok.',
  willProbe: (number: string) => `Member ${number} is sent increments of nothing.`,
  noLedger: 'without the ledger no call can be counted',
  /** `atWork`: who holds the ledger. */
  ledgerAtWork: (health: string, atWork: string) => `${health}. ${atWork}`,
  othersAtWork: 'another memberload is at work',
  othersAtWorkHint: 'Type it again when that one has ended.',
  /** `probe`: the calls of --probe-repeat, at least and at most. */
  cost: (
    kybio: { readonly least: number; readonly most: number } | undefined,
    wonder: number | undefined,
    probe: { readonly least: number; readonly most: number } | undefined,
  ) => {
    const parts = [
      kybio === undefined
        ? undefined
        : `Kybio ${kybio.least} call (signature, clock and quota together; ${kybio.most} when the first does not tell the quota)`,
      wonder === undefined ? undefined : `Wonder ${wonder} call (echo)`,
      probe === undefined ? undefined : `--probe-repeat ${probe.least} or ${probe.most} calls to Kybio`,
    ].filter((part) => part !== undefined);
    return `The checks of settings, network, home folder and ledger cost no call. Cost: ${parts.join(', ') || 'nothing'}.`;
  },
  tlsOff:
    'NODE_TLS_REJECT_UNAUTHORIZED=0: certificates are not checked, so anybody in between can read keys and members',
  tlsOffHint: "Unset it. For a company's own authority, set NODE_EXTRA_CA_CERTS to its certificate (PEM).",
  noProxy: 'no proxy',
  proxy: (host: string) => `HTTPS_PROXY: calls go through ${host}, none to this machine`,
  proxyNotTo: (hosts: string) => `NO_PROXY: none to ${hosts}`,
  extraCertificates: (path: string) => `NODE_EXTRA_CA_CERTS: ${path} is trusted`,
  together: (details: readonly string[]) => details.join('; '),
  keyProblems: {
    appId: 'the appId is not 32 hexadecimal digits, as in the samples of the vendor',
    ascii: 'the key has a space or a character that is not ASCII in it',
    quotes: 'the key is in quotation marks',
    same: 'the key is the same as the appId',
  },
  keyProblemsHint: 'Copy both again from the back office.',
  runsSayIt: 'Runs say so too, and go on.',
  keyIsFine: 'appId and key look as they should',
  seeSettings: 'see kybio settings',
  megabytesFree: (folder: string, megabytes: number) => `${folder}, ${megabytes} MB free`,
  openToOthers: (detail: string, mode: string) => `${detail}, open to others (mode ${mode})`,
  type: (command: string) => `Type: ${command}`,
  diskFull: 'Free disk space: a run stops when the ledger cannot be written.',
  diskNearlyFull: 'Free disk space before a large run.',
  ledgerDamaged: (place: string, problems: readonly string[]) => `${place} is damaged: ${problems.join('; ')}`,
  ledgerDamagedHint: 'Put a backup of it back. Nothing was changed.',
  ledgerVersion: (version: number | string) => `version ${version}`,
  ledgerIntact: 'intact',
  ledgerIs: (place: string, details: readonly string[], incrementCount: number) =>
    `${place}, ${details.join(', ')}; ${incrementCount} increments recorded`,
  /** `isMore`: there are more runs than that. */
  runs: (runCount: number, isMore: boolean, unfinishedCount: number, inDoubtCount: number) =>
    `${runCount}${isMore ? ' or more' : ''} runs, ${unfinishedCount} not finished, ${inDoubtCount} rows in doubt`,
  decideThem: (runId: string) => `Decide them: memberload resolve ${runId}`,
  carryOn: (runId: string) => `Carry on with: memberload resume ${runId}`,
  ledgerIsNewest: 'The ledger is the newest; there is nothing to accept.',
  acceptLedger: (place: string) =>
    `${place} will be taken for the newest. Rows of its unfinished runs that were sent after this copy was made would be credited again.`,
  ledgerAccepted: (place: string, incrementCount: number) =>
    `${place} is taken for the newest from now on, with ${incrementCount} increments.`,
  nothingLearned: (why: string) => `nothing was learned: ${why}`,
  nothingLearnedHint: 'Nothing was credited. Try again later, or with another member.',
  callsUsedUp: "the day's calls are used up",
  probeTomorrow: 'Nothing was learned. Try again tomorrow.',
  /** `said`: the vendor's words, '' without any. */
  learnedRefused: (code: string, said: string) =>
    `the account refuses a repeat with code ${code} (${said || 'no message'}), and accepts earlier times that are new; kept, and used to settle top-ups from now on`,
  learnedNewerOnly:
    'the account refuses every time that is not newer than the last change; kept: that is no check of repeats, so top-ups without an answer are settled by reading the member',
  learnedAccepted: 'the account accepts a repeat; kept: top-ups without an answer are settled by reading the member',

  // run/check-vendors.ts
  signatureRefused:
    'Check KYBIO_APP_ID and KYBIO_APP_KEY: both belong to one store. If they are right, set kybio.signature to v1, v3 or both.',
  signatureSilent: 'Check KYBIO_BASE_URL (up to and including /openapi/v1) and the network.',
  wonderRefused: 'Check WONDER_APP_ID and WONDER_PRIVATE_KEY_FILE, whether wonder.signQuery fits, and the clock below.',
  wonderSilent: 'Check WONDER_BASE_URL and the network.',
  noCallsLeft: "the day's calls are used up, by our count or the vendor's",
  tryTomorrow: 'Type it again after midnight of kybio.quotaZone, or with a higher --daily-quota if there is one.',
  accepted: 'the vendor accepted it',
  acceptedAndSaid: (said: string) => `the vendor accepted it, and answered: ${said}`,
  noDate: 'no answer had a Date header',
  clockAgrees: "this machine's clock agrees with the vendor's",
  clockOff: (seconds: number, isAhead: boolean, vendorTime: string) =>
    `this machine's clock is ${seconds} s ${isAhead ? 'ahead of' : 'behind'} the vendor's (${vendorTime} there)`,
  clockTooFarOff: 'Set the clock: signatures this far off are refused. Or set wonder.clockOffsetMs.',
  clockOffHint: 'Set the clock: dataChangeTime and the day of the quota are taken from it.',
  quotaNotTold: (said: string) => `the vendor does not tell it: ${said}`,
  setQuota: 'Set --daily-quota to what was bought.',
  quotaAnswered: (said: string) => `It answered: ${said}. Set --daily-quota to what was bought.`,
  quotaPerDay: (limit: number, used: number) => `${limit} calls a day, ${used} used today by our count`,
  quotaNone: (used: number) => `the vendor tells none for this appId; ${used} used today by our count`,
  /** `isLate`: the vendor has counted fewer than we have. */
  quotaUsed: (used: number, limit: number, day: string, counted: number, isLate: boolean) =>
    `${used} of ${limit} calls of ${day} are used by the vendor's count, ${counted} by ours${
      isLate ? ' (it may count late, or its day begin in another zone: kybio.quotaZone)' : ''
    }`,
  quotaHint: (dailyQuota: number | undefined, limit: number) =>
    `--daily-quota ${dailyQuota === undefined ? 'is not set' : `is ${dailyQuota}, more than that`}: set it to ${limit}, so that a run pauses before the vendor refuses.`,
  repeatsRefused: (code: string) =>
    `the account refuses a repeated dataChangeTime with ${code}: top-ups without an answer settle by themselves`,
  /** `codes`: kybio.repeatCodes, which then says something that is not so. */
  repeatsAccepted: (isNewerOnly: boolean, codes: readonly string[]) => {
    const what = isNewerOnly
      ? 'the account refuses every dataChangeTime that is not newer than the last change, which is no check of repeats'
      : 'the account accepts a repeated dataChangeTime';
    return codes.length === 0
      ? `${what}: top-ups without an answer are settled by reading the member`
      : `${what}. kybio.repeatCodes says ${codes.join(', ')}.`;
  },
  removeRepeatCodes: 'Remove kybio.repeatCodes: it is not used.',
  repeatsUnknown: (codes: readonly string[]) =>
    codes.length === 0
      ? 'not known whether the account refuses a repeated dataChangeTime'
      : `not tried; kybio.repeatCodes says ${codes.join(', ')}. Settling relies on it.`,
  learnRepeats: 'Learn it with: memberload doctor --probe-repeat <number of a member>',
  makeSureOfRepeats: 'Make sure with: memberload doctor --probe-repeat <number of a member>',
};

export const doctorTexts = topic('doctor', DOCTOR);
