import { decimalsEqual, isDecimal } from '../base/decimal.ts';
import { emptyFields, type TextFields, textFields } from '../base/text-fields.ts';
import { DECIMAL_FIELDS, UPDATABLE_FIELDS } from '../kybio/member-fields.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import { stepTexts } from '../texts/runs/steps.ts';
import { ask, type LookupSource, type Present } from './call.ts';
import { findWithZeros, isStrippedPhone } from './lost-signs.ts';
import {
  type Action,
  type Done,
  type Failed,
  failed,
  type Invalid,
  type Outcome,
  type Steps,
  type Unapplied,
  unsuccessful,
} from './outcome.ts';
import type { MemberRow } from './validate-row.ts';

export type ImportMode = 'upsert' | 'create' | 'update';

/** Uid of each category by its name; undefined unless categories are to be changed. */
export type Categories = ReadonlyMap<string, string> | undefined;

type Job = { readonly row: MemberRow; readonly mode: ImportMode; readonly categories: Categories };

/** What the ledger knows of the row from before a kill: the write that an intent without outcome was about. */
export type PriorIntent = { readonly operation: string } | undefined;

/** The write that an earlier attempt had begun and whose effect is not known. */
export function priorIntent(record: RowRecord | undefined): PriorIntent {
  return record && record.operation !== '' ? { operation: record.operation } : undefined;
}

/**
 * Creates or updates one Kybio member.
 *
 * - create: `add` alone; the number is unique, so no lookup is needed
 * - upsert: lookup, then `add`, or `updateBaseInfo` with only the fields that differ
 * - update with a customerUid, or a row with nothing else: `updateBaseInfo` alone, or nothing when the pages that were
 *   read show that the member is already so
 *
 * Where a row gives both, the number decides (an exported file can be imported into another store, where
 * uids mean nothing), but a number that belongs to another uid is refused.
 *
 * `add` is not repeatable, but its effect can be looked up: an unanswered add, and a "member exists" after
 * an unanswered one of ours, are decided by what the number holds now (DESIGN §5).
 */
export function* memberSteps(
  row: MemberRow,
  mode: ImportMode,
  prior: PriorIntent,
  categories: Categories = undefined,
): Steps {
  const job: Job = { row, mode, categories };
  if (isUpdatedByUid(row, mode)) return yield* updateByUid(job, row.customerUid, prior !== undefined);
  const number = row.number ?? '';
  const hadAddIntent = prior?.operation === 'customerOpenApi/add';
  if (mode === 'create' && !hadAddIntent) return yield* add(job, number);

  // A write of ours may have gone out after the pages were read: then only the vendor knows.
  const source = prior ? 'vendor' : mode === 'update' ? 'snapshot_if_present' : 'snapshot';
  const lookup = yield* findByNumber(number, source);
  if (lookup.kind === 'ended') return lookup.outcome;
  const { member } = lookup;
  if (member === undefined) {
    const whole = hadAddIntent ? undefined : yield* findWithZeros(number);
    if (whole !== undefined) return zerosLost(number, whole, mode);
    if (mode === 'update') return memberNotFound(number);
    return yield* add(job, number);
  }
  if (row.customerUid !== undefined && member.fields.customerUid !== row.customerUid)
    return otherUid(row, member.fields);
  if (hadAddIntent && (mode === 'create' || isOurAdd(row, member.fields))) return ownAdd(row, member.fields);
  return yield* updateIfChanged(job, member, prior?.operation === 'customerOpenApi/updateBaseInfo');
}

/** Whether the row names its member by uid, so that no lookup is needed before the write. */
export function isUpdatedByUid(row: MemberRow, mode: ImportMode): row is MemberRow & { readonly customerUid: string } {
  return row.customerUid !== undefined && (mode === 'update' || row.number === undefined);
}

function* add(job: Job, number: string): Steps {
  const { row, mode } = job;
  const info = emptyFields();
  info.number = number;
  for (const name in row.fields) info[name] = row.fields[name] ?? '';
  const customerInfo: TextFields = info;
  // An unanswered add is looked up, and sent again only when the number is still free.
  let wasUnanswered = false;
  for (let round = 1; ; round += 1) {
    const answer = yield* ask({ endpoint: 'customerOpenApi/add', customerInfo });
    if (answer.kind === 'success') {
      const { customerUid } = answer.data;
      return { status: 'done', action: 'created', messages: [], ...(customerUid ? { customerUid } : {}) };
    }
    const exists = answer.kind === 'refused' && answer.meaning === 'exists';
    if (exists && !wasUnanswered && mode === 'create') return unsuccessful(answer, 'add');
    if (!exists && answer.kind !== 'unanswered') return unsuccessful(answer, 'add');
    wasUnanswered ||= answer.kind === 'unanswered';

    const lookup = yield* findByNumber(number, 'vendor');
    if (lookup.kind === 'ended') return lookup.outcome;
    const { member } = lookup;
    if (member !== undefined) {
      if (wasUnanswered && isOurAdd(row, member.fields)) return ownAdd(row, member.fields);
      if (mode === 'create') return alreadyExists(number);
      return yield* updateIfChanged(job, member, false);
    }
    if (exists) return failed(answer.errorCode, stepTexts().numberTaken(number));
    if (round >= ADD_ROUNDS_MAX) return unsuccessful(answer, 'add');
  }
}

/** As many as the attempts of a repeatable call. */
const ADD_ROUNDS_MAX = 3;

function* updateByUid(job: Job, customerUid: string, hadIntent: boolean): Steps {
  const { row, categories } = job;
  // What was read by pages may tell that the member is already so. After a write of ours only the vendor knows.
  const read = yield* ask({ endpoint: 'customerOpenApi/queryByUid', customerUid, source: 'snapshot_only' });
  const member = !hadIntent && read.kind === 'success' && read.data.state === 'present' ? read.data : undefined;
  const keepsPhone = member !== undefined && isStrippedPhone(row.fields.phone, member.fields.phone);
  const differing = Object.entries(row.fields).filter(
    ([name, value]) =>
      member === undefined ||
      member.lacks.includes(name) ||
      !(isSameValue(name, value, member.fields[name]) || (name === 'phone' && keepsPhone)),
  );
  const { fields, notChanged, categoryUid } = splitFields(textFields(differing), categories);
  const messages = [...notChangedMessages(notChanged), ...(keepsPhone ? [stepTexts().phoneKept] : [])];
  const update: Update = { customerUid, categoryUid, messages };
  const isEmpty = Object.keys(fields).length === 0;
  if (isEmpty && (categoryUid !== undefined || member !== undefined)) return endOf(update, 'unchanged');
  return yield* sendUpdate(update, fields);
}

function* updateIfChanged(job: Job, member: Present, hadUpdateIntent: boolean): Steps {
  const { row, categories } = job;
  const { customerUid } = member.fields;
  if (customerUid === undefined) return { ...failed('BAD_RESPONSE', stepTexts().noUidInAnswer), mayRetry: true };
  const isLacking = (name: string): boolean => member.lacks.includes(name);
  const keepsPhone = isStrippedPhone(row.fields.phone, member.fields.phone);
  const differing = Object.entries(row.fields).filter(
    ([name, value]) =>
      !isLacking(name) && !isSameValue(name, value, member.fields[name]) && !(name === 'phone' && keepsPhone),
  );
  const unread = Object.entries(row.fields).filter(([name]) => isLacking(name));
  const { fields, notChanged, categoryUid } = splitFields(textFields(differing), categories);
  if (Object.keys(fields).length === 0 && unread.length > 0) {
    // What the page lacks decides whether there is anything to send: worth a lookup of this member.
    const lookup = yield* findByNumber(row.number ?? '', 'vendor');
    if (lookup.kind === 'ended') return lookup.outcome;
    if (lookup.member === undefined) return memberNotFound(row.number ?? '');
    return yield* updateIfChanged(job, lookup.member, hadUpdateIntent);
  }
  const messages = [...notChangedMessages(notChanged), ...(keepsPhone ? [stepTexts().phoneKept] : [])];
  const update: Update = { customerUid, categoryUid, messages };
  // After our own intent, "already so" means that the update arrived although its answer did not.
  if (Object.keys(fields).length === 0) return endOf(update, hadUpdateIntent ? 'updated' : 'unchanged');
  // A call goes out anyway: what the page lacks goes along, asked or not.
  return yield* sendUpdate(update, splitFields(textFields([...differing, ...unread]), categories).fields);
}

type Update = {
  readonly customerUid: string;
  readonly categoryUid: string | undefined;
  readonly messages: readonly string[];
};

function* sendUpdate(update: Update, fields: TextFields): Steps {
  const { customerUid } = update;
  const answer = yield* ask({ endpoint: 'customerOpenApi/updateBaseInfo', customerUid, fields });
  if (answer.kind !== 'success') return { ...unsuccessful(answer, 'updateBaseInfo'), customerUid };
  return endOf(update, 'updated');
}

/** Done, but for the category where it is still to be changed. */
function endOf({ customerUid, categoryUid, messages }: Update, action: Action): Outcome {
  if (categoryUid !== undefined) return { status: 'deferred', categoryUid, customerUid, messages };
  return { status: 'done', action, messages, customerUid };
}

type Lookup =
  | { readonly kind: 'answered'; readonly member: Present | undefined }
  | { readonly kind: 'ended'; readonly outcome: Failed | Unapplied };

function* findByNumber(number: string, source: LookupSource): Steps<Lookup> {
  const answer = yield* ask({ endpoint: 'customerOpenApi/queryByNumber', number, source });
  if (answer.kind !== 'success') return { kind: 'ended', outcome: unsuccessful(answer, 'queryByNumber') };
  return { kind: 'answered', member: answer.data.state === 'present' ? answer.data : undefined };
}

/** What updateBaseInfo takes, the category that a batch call can give, and what nothing can change. */
function splitFields(
  given: TextFields,
  categories: Categories,
): { fields: TextFields; notChanged: string[]; categoryUid: string | undefined } {
  const entries = Object.entries(given);
  const categoryUid = given.categoryName === undefined ? undefined : categories?.get(given.categoryName);
  return {
    fields: textFields(entries.filter(([name]) => UPDATABLE_FIELDS.includes(name))),
    notChanged: entries
      .map(([name]) => name)
      .filter((name) => !UPDATABLE_FIELDS.includes(name) && !(name === 'categoryName' && categoryUid !== undefined)),
    categoryUid,
  };
}

/**
 * What the ledger keeps instead of a sentence, since the ledger has only messages: whoever reads the columns out of
 * the message must not depend on a language. Earlier builds kept an English sentence.
 */
const NOT_CHANGED = 'not_changed: ';
const EARLIER_NOT_CHANGED = /^not changed on an existing member \(updateBaseInfo cannot\): (.*)\.$/;

function notChangedMessages(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${NOT_CHANGED}${names.join(', ')}`];
}

/** A message of the ledger as a person reads it. */
export function messageText(message: string): string {
  const names = readNotChanged(message);
  return names.length === 0 ? message : stepTexts().notChanged(names);
}

/** The columns that a row's message names as not changed; none: the message is another one. */
export function readNotChanged(message: string): readonly string[] {
  const names = message.startsWith(NOT_CHANGED)
    ? message.slice(NOT_CHANGED.length)
    : EARLIER_NOT_CHANGED.exec(message)?.[1];
  return names === undefined ? [] : names.split(', ');
}

function isSameValue(name: string, given: string, current: string | undefined): boolean {
  if (current === undefined) return false;
  if (name === 'password') return false; // read back as a hash: cannot be compared
  if (name === 'birthday') return dateOf(given) === dateOf(current);
  if (DECIMAL_FIELDS.has(name) && isDecimal(given) && isDecimal(current)) return decimalsEqual(given, current);
  return given === current;
}

/** A birthday without its time when that is midnight: vendors add `00:00:00` to dates. */
function dateOf(text: string): string {
  return text.replace(/ 00:00(:00)?$/, '');
}

/**
 * Whether the member under our number is the one that our unanswered `add` made: every field that we sent
 * and that can be compared holds what we sent. Points and balances may have moved at the tills since.
 */
function isOurAdd(row: MemberRow, member: TextFields): boolean {
  return UPDATABLE_FIELDS.every((name) => {
    const given = row.fields[name];
    return given === undefined || isSameValue(name, given, member[name]);
  });
}

function ownAdd(row: MemberRow, member: TextFields): Outcome {
  if (!isOurAdd(row, member)) return alreadyExists(row.number ?? '');
  const { customerUid } = member;
  const created: Done = { status: 'done', action: 'created', messages: [] };
  return customerUid === undefined ? created : { ...created, customerUid };
}

function alreadyExists(number: string): Failed {
  return failed('2012', stepTexts().alreadyExists(number));
}

function otherUid(row: MemberRow, member: TextFields): Failed {
  const message = stepTexts().otherUid(row.customerUid ?? '', row.number ?? '', member.customerUid ?? '');
  return failed('RESPONSE_MISMATCH', message);
}

function zerosLost(number: string, whole: string, mode: ImportMode): Invalid {
  const messages = [stepTexts().zerosLost(number, whole, mode !== 'update')];
  return { status: 'invalid', errorCode: 'EXCEL_DAMAGED', messages };
}

function memberNotFound(number: string): Failed {
  return failed('MEMBER_NOT_FOUND', stepTexts().memberNotFound(number));
}
