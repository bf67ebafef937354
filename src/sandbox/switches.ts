import { usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { isTimeZone } from '../base/zoned-time.ts';

/**
 * Everything about the sandbox that can be set: what no vendor documents, and what may go wrong on the
 * way. This table is the only place: the type, the defaults, the parser and the help are made from it.
 */
type Definition<Value> = {
  readonly default: Value;
  /** The accepted texts, for the help. */
  readonly values: string;
  readonly about: string;
  readonly parse: (text: string) => Value | undefined;
};

const DEFINITIONS = {
  seed: count(1, 'all chance (faults, ids of a new state) comes from one generator started with this number'),
  empty: flag(false, 'a new or reset state starts without members and customers (categories stay)'),

  // Faults. Each is the share of vendor calls it strikes; at most one per call, picked by one draw.
  faultsOn: oneOf(['all', 'writes', 'increments', 'reads'], 'all', 'which calls the faults may strike'),
  'fault.cutBefore': share('the connection is cut before anything is applied'),
  'fault.cutAfter': share('applied, then the connection is cut instead of an answer'),
  'fault.lateApply': share('nothing for lateApplyMs, then applied, then the connection is cut'),
  'fault.tooFast': share('not applied, "too fast": see tooFastStyle and retryAfterSeconds'),
  'fault.serverErrorBefore': share('not applied, HTTP 502 with an HTML page'),
  'fault.serverErrorAfter': share('applied, HTTP 502 with an HTML page'),
  'fault.truncated': share('applied; half of the answer, either cut off or with a matching Content-Length'),
  'fault.html': share('applied; HTTP 200 with an HTML page'),
  'fault.empty': share('applied; HTTP 200 with an empty body'),
  'fault.foreign': share('applied; HTTP 200 with JSON of another shape'),
  'fault.slow': share('applied at once, answered after slowMs'),
  'fault.wrongUid': share('increments only: applied, but the answer names another customerUid'),
  'fault.unknownCode': share('not applied, refused with the undocumented code 7777'),
  'fault.unknownCodeAfter': share('applied, yet refused with the undocumented code 7777'),
  'fault.gatewayAfterApply': share('applied, then a gateway answers instead of the vendor: see gatewayStatus'),
  'fault.hugeAnswer': share('applied; the answer is followed by hugeAnswerMiB of spaces, and is still right'),
  'fault.replayAnswer': share('increments only: the answer of an earlier increment again; see replayOf, replayApplies'),
  'fault.sameSecond': share('increments only: somebody else changes the member at the same dataChangeTime just before'),
  lateApplyMs: count(2000, 'delay of fault.lateApply, milliseconds'),
  lateApplyAnswer: oneOf(
    ['cutAfter', 'cutBefore', 'none'],
    'cutAfter',
    'fault.lateApply cuts the connection after it applied, cuts at once, or leaves the client waiting for ever',
  ),
  slowMs: count(300, 'delay of fault.slow, milliseconds'),
  retryAfterSeconds: count(1, 'Retry-After of a "too fast" answer and of a gateway\'s 429, seconds; may be huge'),
  gatewayStatus: oneOf(
    ['429', '401', '403', '502', 'html'],
    '429',
    'HTTP status of fault.gatewayAfterApply, with an HTML page; html is HTTP 200',
  ),
  hugeAnswerMiB: count(5, 'what fault.hugeAnswer adds to an answer, MiB'),
  replayOf: oneOf(
    ['member', 'any'],
    'member',
    'fault.replayAnswer repeats the last answer for this member, or the last one for anybody; without one: no fault',
  ),
  replayApplies: flag(true, 'fault.replayAnswer applies the increment, though another answer is sent'),
  wrongAddress: flag(false, 'every vendor call gets HTTP 404 with an HTML page and is not counted'),

  // Kybio: limits.
  quotaLimit: count(0, 'calls per appId and day, failed ones included; 0 is unlimited'),
  quotaTimeZone: timeZone('Asia/Shanghai', 'zone of the quota day and of every date Kybio prints'),
  quotaCode: code('9010', 'errorCode once the quota is used up (unpublished: a guess)'),
  quotaHttpStatus: httpStatus(200, 'HTTP status once the quota is used up'),
  otherCallsToday: count(0, 'calls that others have made today with the same appId: in the daily log and in the quota'),
  ratePerSecond: count(0, 'calls in any second, for each vendor; more are "too fast"; 0 is unlimited'),
  tooFastStyle: oneOf(
    ['http429', 'code'],
    'http429',
    'Kybio says "too fast" by HTTP 429, or by HTTP 200 and tooFastCode',
  ),
  tooFastCode: code('9011', 'errorCode of "too fast" (unpublished: a guess)'),

  // Kybio: what is not documented.
  signature: oneOf(['v1', 'v3', 'either'], 'either', 'accepted request signatures'),
  notFound: oneOf(['nullData', 'noData', 'error2015'], 'nullData', 'how a lookup says that there is no such member'),
  addReturnsData: flag(true, 'add answers with customerUid and number'),
  repeatRule: oneOf(
    ['accept', 'refuse_repeat', 'refuse_not_newer'],
    'accept',
    'same member and dataChangeTime again: applied again, refused, or refused unless newer than every earlier one',
  ),
  repeatCode: code('2031', 'errorCode of a refused repeat (unpublished: a guess)'),
  repeatMemory: duration(0, 'how long an increment is remembered for repeatRule; 0 is for ever'),
  amountDecimals: oneOf(
    ['all', '0', '1', '2', '3', '4'],
    'all',
    'decimals that a point or a balance keeps: all, or so many, rounded half away from zero',
  ),
  requireIncrements: oneOf(['both', 'any'], 'both', 'whether both increments must be given, or one is enough'),
  negativeBalance: oneOf(
    ['allowed', 'refused'],
    'allowed',
    'whether an increment without validateBalance/validatePoint may go below zero',
  ),
  unknownCategory: oneOf(['ignored', 'refused', 'created'], 'ignored', 'categoryName in add that does not exist'),
  emojiInName: oneOf(['pass', 'strip', 'reject'], 'pass', 'characters beyond U+FFFF in a name'),
  pageSize: count(100, 'members per page'),
  pageCursor: oneOf(
    ['onward', 'cycle', 'repeat'],
    'onward',
    'pages end, or never do: the cursor comes back to an earlier one, or moves on over members seen before',
  ),
  pageSizeField: flag(true, 'pages carry the field pageSize'),
  messagesAsText: flag(false, 'messages is one text instead of a list'),
  statusCase: oneOf(['lower', 'upper', 'mixed'], 'lower', 'spelling of status: success, SUCCESS, Success'),
  errorCodeOnSuccess: oneOf(['null', 'absent'], 'null', 'errorCode of a success'),
  uidAsText: flag(false, 'customerUid is sent as a JSON string'),
  customrUid: flag(true, "records carry the vendor's misspelt key customrUid as well"),
  decimalStyle: oneOf(['plain', 'scale2', 'exponent'], 'plain', 'amounts as 12.5, 12.50 or 1.25E+1'),
  signResponses: flag(true, 'answers carry the header data-signature'),
  gzip: flag(true, 'answers are gzipped for a client that accepts it'),

  // Wonder: what is not documented.
  wonderSuccessCode: oneOf(['200', '0'], '200', 'code of a success'),
  wonderErrorStyle: oneOf(['docs', 'vendor', 'oldest'], 'docs', 'which of the three published error shapes is used'),
  wonderNotFound: oneOf(['http404', 'http400', 'nullData'], 'http404', 'how an unknown customer is answered'),
  signQuery: oneOf(['whole', 'path', 'either'], 'whole', 'whether the query string is inside the signature'),
  wonderPutBody: oneOf(['flat', 'wrapped', 'either'], 'flat', 'accepted body of PUT: fields, or {"customer": fields}'),
  wonderPutPartial: oneOf(['merge', 'replace'], 'merge', 'optional fields that a PUT omits: kept or cleared'),
  wonderPostOmitted: oneOf(['keep', 'clear'], 'keep', 'optional fields that an updating POST omits: kept or cleared'),
  clockWindowMinutes: count(30, 'a credential whose time is further off than this is refused'),
  wonderMaxLimit: count(1000, 'customers per page; a higher limit is lowered to it'),
  wonderTotalHeader: flag(true, 'the list carries the header X-Total-Entries'),
} as const;

export type SwitchName = keyof typeof DEFINITIONS;
export type SandboxSwitches = { readonly [Name in SwitchName]: (typeof DEFINITIONS)[Name]['default'] };
export type FaultName = Extract<SwitchName, `fault.${string}`>;

const NAMES = Object.keys(DEFINITIONS) as SwitchName[];
export const FAULT_NAMES = NAMES.filter((name): name is FaultName => name.startsWith('fault.'));

export const DEFAULT_SWITCHES = Object.fromEntries(
  NAMES.map((name) => [name, DEFINITIONS[name].default]),
) as SandboxSwitches;

/** Every switch in the order of the table, for the help and the README. */
export const SWITCHES: readonly { name: SwitchName; values: string; default: string; about: string }[] = NAMES.map(
  (name) => {
    const { values, default: byDefault, about } = DEFINITIONS[name];
    return { name, values, default: String(byDefault), about };
  },
);

/** Texts as given on a command line (`notFound` → `error2015`) to switches. Throws a usage error that says what is accepted. */
export function parseSwitches(entries: Readonly<Record<string, string>>): Partial<SandboxSwitches> {
  const parsed: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(entries)) {
    if (!isSwitchName(name)) {
      // `cutAfter` means `fault.cutAfter`: the prefix is what people leave out.
      const nearest = NAMES.find((known) => known === `fault.${name}`) ?? nearestName(name, NAMES);
      throw usageError(
        'UNKNOWN_SWITCH',
        `Sandbox switch '${name}' is not known.`,
        nearest === undefined ? `Known switches: ${NAMES.join(', ')}.` : `Did you mean '${nearest}'?`,
      );
    }
    const definition: Definition<unknown> = DEFINITIONS[name];
    const value = definition.parse(text.trim());
    if (value === undefined) {
      throw usageError(
        'BAD_SWITCH_VALUE',
        `Sandbox switch '${name}': '${text}' is not accepted.`,
        `Write one of: ${definition.values}.`,
      );
    }
    parsed[name] = value;
  }
  return parsed as Partial<SandboxSwitches>;
}

/** The switches in force after a change. Throws when the faults together would strike more than every call. */
export function mergeSwitches(base: SandboxSwitches, changes: Partial<SandboxSwitches>): SandboxSwitches {
  const merged = { ...base, ...changes };
  const total = FAULT_NAMES.reduce((sum, name) => sum + merged[name], 0);
  if (total > 1 + 1e-9) {
    throw usageError(
      'BAD_SWITCH_VALUE',
      `The fault switches add up to ${(total * 100).toFixed(1)}% of the calls.`,
      'At most one fault strikes a call: keep their sum at or below 100%.',
    );
  }
  return merged;
}

function isSwitchName(name: string): name is SwitchName {
  return Object.hasOwn(DEFINITIONS, name);
}

function count(byDefault: number, about: string): Definition<number> {
  return matching({ default: byDefault, values: 'a whole number', about }, /^[0-9]{1,9}$/, ([text]) => Number(text));
}

/** An error code: a whole number that is never counted with. */
function code(byDefault: string, about: string): Definition<string> {
  return matching({ default: byDefault, values: 'a whole number', about }, /^[0-9]{1,9}$/, ([text]) =>
    String(Number(text)),
  );
}

function httpStatus(byDefault: number, about: string): Definition<number> {
  return matching({ default: byDefault, values: '200 to 599', about }, /^[2-5][0-9]{2}$/, ([text]) => Number(text));
}

/** In milliseconds, which a number without a unit is, too. */
function duration(byDefault: number, about: string): Definition<number> {
  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const pattern = /^([0-9]{1,12})(ms|s|m|h|d)?$/;
  const toMs = ([, digits, unit = 'ms']: RegExpExecArray) => Number(digits) * (unitMs[unit] ?? 1);
  return matching({ default: byDefault, values: 'a duration such as 500ms, 30s, 10m, 2h, 3d', about }, pattern, toMs);
}

function share(about: string): Definition<number> {
  return matching(
    { default: 0, values: '0 to 1, or 0% to 100%', about },
    /^([0-9]+(?:\.[0-9]+)?|\.[0-9]+)(%?)$/,
    ([, digits, percent]) => {
      const value = percent === '%' ? Number(digits) / 100 : Number(digits);
      return value <= 1 ? value : undefined;
    },
  );
}

function flag(byDefault: boolean, about: string): Definition<boolean> {
  return matching(
    { default: byDefault, values: 'true, false', about },
    /^(?:true|false)$/,
    ([text]) => text === 'true',
  );
}

function timeZone(byDefault: string, about: string): Definition<string> {
  const toZone = ([text]: RegExpExecArray) => (isTimeZone(text) ? text : undefined);
  return matching({ default: byDefault, values: 'an IANA time zone', about }, /^.+$/, toZone);
}

function oneOf<const Value extends string>(
  values: readonly Value[],
  byDefault: NoInfer<Value>,
  about: string,
): Definition<Value> {
  return {
    default: byDefault,
    values: values.join(', '),
    about,
    parse: (text) => values.find((value) => value === text),
  };
}

function matching<Value>(
  described: Omit<Definition<Value>, 'parse'>,
  pattern: RegExp,
  read: (match: RegExpExecArray) => Value | undefined,
): Definition<Value> {
  const parse = (text: string) => {
    const match = pattern.exec(text);
    return match === null ? undefined : read(match);
  };
  return { ...described, parse };
}
