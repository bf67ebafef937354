import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { amountsKey, type Intents, type PersonFile, type PersonRow } from './intents.ts';
import type { Seeded } from './seeded.ts';
import { inventAmounts } from './topup-file.ts';
import type { StoredMember } from './vendor.ts';

/** What a person types next. */
export type Task = {
  readonly args: readonly string[];
  /** Done by the person while the tool is at work. */
  readonly meanwhile?: () => void;
  readonly environment?: Readonly<Record<string, string>>;
  /** Typed next, whatever becomes of this. */
  readonly next?: Task;
};

export type Desk = {
  readonly folder: string;
  readonly random: Seeded;
  readonly members: readonly StoredMember[];
  readonly intents: Intents;
  readonly files: PersonFile[];
  /** Result files as the tool wrote them at some time. */
  readonly copies: { readonly name: string; readonly text: string }[];
  /** Of the last process that ended by itself. */
  lastRun: string | undefined;
};

/** The acts of a person; undefined: there is nothing to do this with. */
export const ACTS = {
  newOccasion: (desk: Desk) =>
    topup(addOccasion(desk, desk.random.whole(4, Math.max(6, desk.members.length / 6))), desk),
  sameCommandAgain: (desk: Desk) => withFile(desk, (file) => topup(file, desk)),
  resume: () => ({ args: RESUME }),
  corrects: (desk: Desk) => withFile(desk, (file) => topup(correct(file, desk), desk)),
  sorts: (desk: Desk) => withFile(desk, (file) => topup(rewrite(file, desk.random.shuffled(file.rows), desk), desk)),
  rekeys: (desk: Desk) => withFile(desk, (file) => topup(rewrite(file, file.rows.map(rekey), desk), desk)),
  splits: (desk: Desk) =>
    withFile(desk, (file) => {
      const half = Math.ceil(file.rows.length / 2);
      const parts = [file.rows.slice(0, half), file.rows.slice(half)].map((rows) => addFile(desk, rows, file.campaign));
      const [first, second] = desk.random.shuffled(parts);
      return first && second && { ...topup(first, desk), next: topup(second, desk) };
    }),
  merges: (desk: Desk) => {
    const plain = desk.random.shuffled(desk.files.filter(({ campaign }) => campaign === '')).slice(0, 2);
    if (plain.length < 2) return undefined;
    // A file that names a reference twice is refused, whatever is done with it later: it would never end.
    const rows = new Map(plain.flatMap((file) => file.rows).map((row) => [row.reference || amountsKey(row), row]));
    const merged = addFile(desk, [...rows.values()], '');
    return topup(merged, desk, ['--on-duplicate', 'allow', '--lookup', 'rows']);
  },
  editsInputUnderWay: (desk: Desk) =>
    withFile(desk, (file) => ({
      ...topup(file, desk),
      meanwhile: () => void correct({ ...file, rows: desk.random.shuffled(file.rows) }, desk),
      next: { args: RESUME },
    })),
  removesInput: (desk: Desk) =>
    withFile(desk, (file) => ({
      ...topup(file, desk),
      meanwhile: () => rmSync(join(desk.folder, file.name), { force: true }),
      next: { args: RESUME },
    })),
  editsResultUnderWay: (desk: Desk) =>
    withCopy(desk, ({ name, text }) => ({
      args: RESUME,
      meanwhile: () => writeFileSync(join(desk.folder, name), text),
    })),
  runsResult: (desk: Desk) => withCopy(desk, ({ name, text }) => topupText(name, text, desk)),
  resavesResult: (desk: Desk) => withCopy(desk, ({ name, text }) => topupText(name, resave(text, desk.random), desk)),
  dropsResultColumns: (desk: Desk) =>
    withCopy(desk, ({ name, text }) => topupText(name, dropColumns(text, desk.random), desk)),
  ignoresResults: (desk: Desk) => withCopy(desk, ({ name, text }) => topupText(name, text, desk, ['--ignore-results'])),
  resultOfElsewhere: (desk: Desk) =>
    withCopy(desk, ({ name, text }) => topupText(name, asElsewhere(text, desk.random), desk)),
  wrongStore: (desk: Desk) =>
    withFile(desk, (file) => ({
      ...topup(file, desk),
      environment: { KYBIO_APP_ID: 'FEDCBAFEDCBAFEDCBAFEDCBAFEDCBAFE' },
      next: { args: ['runs', 'cancel', LAST_RUN] },
    })),
  skipsCredited: (desk: Desk) => withFile(desk, (file) => topup(file, desk, ['--skip-credited'])),
  again: (desk: Desk) => {
    const file = addFile(desk, pickFile(desk)?.rows.slice(0, 2) ?? [], '');
    if (file.rows.length === 0) return undefined;
    desk.intents.askAgain(file.rows);
    return topup(file, desk, ['--again']);
  },
  cancels: () => ({ args: ['runs', 'cancel', LAST_RUN, '--json'] }),
  undoes: () => ({ args: ['undo', LAST_RUN, '-y', '--json'], next: { args: RESUME } }),
  settles: () => ({ args: ['resolve', LAST_RUN, '--settle', '--json'] }),
} as const satisfies Record<string, (desk: Desk) => Task | undefined>;

export type ActName = keyof typeof ACTS;
export const ACT_NAMES = Object.keys(ACTS) as ActName[];

export const RESUME: readonly string[] = ['resume', '--json'];
/** Stands for the run that the last process told of. */
export const LAST_RUN = '<last run>';

export function topup(file: PersonFile, desk: Desk, flags: readonly string[] = []): Task {
  desk.intents.ask(file.rows.filter(isReal(desk)), file.campaign);
  const campaign = file.campaign === '' ? [] : ['--campaign', file.campaign];
  return { args: topupArgs(file.name, [...campaign, ...flags]) };
}

/** A result file as the person has left it, run as the input. Its rows were asked for before. */
function topupText(name: string, text: string, desk: Desk, flags: readonly string[] = []): Task {
  const copy = `${name.split('.', 1)[0]}.copy-${desk.random.whole(1, 999_999)}.csv`;
  // Over the result itself, or beside it.
  const target = desk.random.chance(0.5) ? name : copy;
  writeFileSync(join(desk.folder, target), text);
  const campaign = desk.files.find((file) => name.startsWith(file.name.replace('.csv', '.')))?.campaign ?? '';
  return { args: topupArgs(target, [...(campaign === '' ? [] : ['--campaign', campaign]), ...flags]) };
}

function topupArgs(name: string, flags: readonly string[]): string[] {
  return [
    ...['topup', name, '--rate', 'unlimited', '--concurrency', '8', '--timeout', '400ms'],
    ...['--overwrite', '--skip-invalid', '-y', '--json', ...flags],
  ];
}

/** Rows of a new occasion: some with a reference, some for a campaign, some with a number that nobody has. */
export function addOccasion(desk: Desk, rowCount: number): PersonFile {
  const { random } = desk;
  const hasReferences = random.chance(0.25);
  const campaign = !hasReferences && random.chance(0.25) ? `occasion ${desk.files.length}` : '';
  const rows = random
    .shuffled(desk.members)
    .slice(0, rowCount)
    .map((member, index): PersonRow => {
      const isTypo = random.chance(0.04);
      return {
        customerUid: member.customerUid,
        number: isTypo ? `9${member.number}` : member.number,
        isByUid: !isTypo && random.chance(0.15),
        reference: hasReferences ? `R${desk.files.length}-${index}` : '',
        ...freshAmounts(desk, member.customerUid),
      };
    });
  return addFile(desk, rows, campaign);
}

function addFile(desk: Desk, rows: readonly PersonRow[], campaign: string): PersonFile {
  const file = { name: `file${desk.files.length}.csv`, campaign, rows: [...rows] };
  desk.files.push(file);
  write(file, desk);
  return file;
}

function rewrite(file: PersonFile, rows: readonly PersonRow[], desk: Desk): PersonFile {
  file.rows = [...rows];
  write(file, desk);
  return file;
}

export function write(file: PersonFile, desk: Desk): void {
  const records = file.rows.map((row) => [
    ...(row.isByUid ? ['', row.customerUid] : [row.number, '']),
    ...[row.pointIncrement, row.balanceIncrement, row.reference],
  ]);
  const header = ['number', 'customerUid', 'pointIncrement', 'balanceIncrement', 'reference'];
  writeFileSync(join(desk.folder, file.name), stringify([header, ...records]));
}

/** Numbers that nobody has are put right. One amount is changed: a credit of its own, unless a name says otherwise. */
function correct(file: PersonFile, desk: Desk): PersonFile {
  const { random } = desk;
  const changed = random.whole(0, Math.max(0, file.rows.length - 1));
  const rows = file.rows.map((row, index) => {
    const member = desk.members.find(({ customerUid }) => customerUid === row.customerUid);
    const corrected = { ...row, number: member?.number ?? row.number };
    // The row of before was meant as well: it may be on its way.
    return index === changed ? { ...corrected, ...freshAmounts(desk, row.customerUid) } : corrected;
  });
  return rewrite(desk.files.find(({ name }) => name === file.name) ?? file, rows, desk);
}

function rekey(row: PersonRow): PersonRow {
  return { ...row, isByUid: !row.isByUid };
}

function freshAmounts({ random, intents }: Desk, customerUid: string) {
  for (;;) {
    const amounts = inventAmounts(random);
    const { pointIncrement, balanceIncrement } = amounts;
    const isOpposite = intents.isAsked({
      customerUid,
      pointIncrement: negated(pointIncrement),
      balanceIncrement: negated(balanceIncrement),
    });
    if (!isOpposite && !intents.isAsked({ customerUid, ...amounts })) return amounts;
  }
}

function negated(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount || '0'}`;
}

/** Whether the row names a member: the tool calls any other row invalid, and credits nobody for it. */
export function isReal(desk: Desk): (row: PersonRow) => boolean {
  const numbers = new Map(desk.members.map(({ customerUid, number }) => [customerUid, number]));
  return (row) => row.isByUid || numbers.get(row.customerUid) === row.number;
}

function pickFile({ files, random }: Desk): PersonFile | undefined {
  // Mostly one of the last: those are the ones a person has in hand.
  return files.at(-random.whole(1, Math.min(files.length, random.chance(0.7) ? 3 : files.length)));
}

function withFile(desk: Desk, act: (file: PersonFile) => Task | undefined): Task | undefined {
  const file = desk.files.length === 0 ? undefined : pickFile(desk);
  if (file && !existsSync(join(desk.folder, file.name))) write(file, desk);
  return file && file.rows.length > 0 ? act(file) : undefined;
}

function withCopy(desk: Desk, act: (copy: Desk['copies'][number]) => Task): Task | undefined {
  return desk.copies.length === 0 ? undefined : act(desk.random.pick(desk.copies));
}

/** As a spreadsheet saves it: dates in its own form, long numbers with 15 digits that count. */
function resave(text: string, random: Seeded): string {
  const withoutZeros = random.chance(0.5);
  return exchange(text, (cell) => {
    const date = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):\d{2}$/.exec(cell);
    if (date) return `${Number(date[3])}/${Number(date[2])}/${date[1]} ${date[4]}:${date[5]}`;
    if (/^\d{17,}$/.test(cell)) return `${cell.slice(0, 15)}${'0'.repeat(cell.length - 15)}`;
    return withoutZeros && /^-?\d+\.\d*0$/.test(cell) ? cell.replace(/\.?0+$/, '') : cell;
  });
}

const DROPPED = [
  'result_customerUid',
  'result_dataChangeTime',
  'result_for',
  'result_run',
  'result_status',
  'result_row',
];

function dropColumns(text: string, random: Seeded): string {
  const records = parse(text, { bom: true }) as string[][];
  const dropped = random.shuffled(DROPPED).slice(0, random.whole(1, 4));
  const kept = (records[0] ?? []).map((name) => !dropped.includes(name));
  return stringify(records.map((record) => record.filter((_, index) => kept[index])));
}

/** The result of a rehearsal, of another store, or without its place; every row is done there. */
function asElsewhere(text: string, random: Seeded): string {
  const records = parse(text, { bom: true }) as string[][];
  const [header = [], ...rows] = records;
  const place = random.pick(['topup SANDBOX', 'topup kybio hk2 …CDEF', 'import kybio …CDEF', '']);
  const changed = rows.map((row) =>
    row.map((cell, index) =>
      header[index] === 'result_for' ? place : header[index] === 'result_status' ? 'done' : cell,
    ),
  );
  return stringify([header, ...changed]);
}

function exchange(text: string, change: (cell: string) => string): string {
  return stringify((parse(text, { bom: true }) as string[][]).map((record) => record.map(change)));
}

/** Keeps a result file as it is now, for later. */
export function keepCopy(desk: Desk, path: string): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  // What an undo wrote takes money back: nobody runs that as a top-up.
  if (name.startsWith('undo-') || !existsSync(path)) return;
  if (desk.copies.length >= COPIES_MAX) desk.copies.splice(desk.random.whole(0, COPIES_MAX - 1), 1);
  desk.copies.push({ name, text: readFileSync(path, 'utf8') });
}

const COPIES_MAX = 12;
