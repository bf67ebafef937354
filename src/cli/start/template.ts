import { EXIT, usageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest.ts';
import { quoted } from '../../base/quoted.ts';
import { formatCsvRows } from '../../csv/format-csv.ts';
import { openTableWriter, openXlsxWriter } from '../../csv/open-table-writer.ts';
import { aboutColumn } from '../../job/column-about.ts';
import { COLUMNS, type FileKind } from '../../job/columns.ts';
import { PLAIN_DIALECT } from '../../result/result-file.ts';
import { questionTexts } from '../../texts/cli/questions.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { type CommandInput, type CommandResult, SENT_BY } from '../commands.ts';

/** Columns that a shop needs most, and a value for each. Every other column can be added. */
const TEMPLATES: Readonly<Record<FileKind, readonly (readonly [column: string, example: string])[]>> = {
  members: [
    ['number', '8008020001'],
    ['name', 'Grace Lim'],
    ['phone', '+6591112234'],
    ['birthday', '1990-01-05'],
    ['email', 'grace.lim@example.com'],
    ['address', '1 Orchard Road'],
    ['remarks', 'met at the opening'],
    ['categoryName', 'Gold'],
    ['point', '120'],
    ['balance', '50.00'],
    ['discount', '90'],
  ],
  topup: [
    ['number', '8008020001'],
    ['pointIncrement', '100'],
    ['balanceIncrement', '0'],
    ['reference', 'R-2026-0001'],
  ],
  customers: [
    ['reference_number', 'K0001'],
    ['name', 'Emily Tan'],
    ['dial_code', '+65'],
    ['phone', '61112222'],
    ['email', 'emily.tan@example.com'],
    ['company_name', ''],
  ],
  lookups: [['number', '8008020001']],
};

const TEMPLATE_KINDS = Object.keys(TEMPLATES) as FileKind[];

/** `template`: a header line and one example row, to standard output or to the new file of -o, CSV or Excel. */
export async function runTemplate({ settings, argument = '', console }: CommandInput): Promise<CommandResult> {
  const kind = kindOf(argument);
  const header = TEMPLATES[kind].map(([column]) => column);
  const row = TEMPLATES[kind].map(([, example]) => example);
  const output = settings.get('output');
  if (output === undefined || output === '-') {
    console.printLines(formatCsvRows([header, row], PLAIN_DIALECT, true).trimEnd());
    return { exitCode: EXIT.ok };
  }
  const path = settings.path(output);
  // A file that is there may hold somebody's members: it is never replaced.
  const target = { path, mayReplace: false };
  if (/\.xlsx$/i.test(path)) {
    const sheetNames = { rows: kind, toCorrect: 'not used', summary: 'columns' };
    const workbook = await openXlsxWriter(target, { header, sheetNames });
    await workbook.writeBlock([{ cells: row, tone: 'waiting', isToCorrect: false }]);
    await workbook.commit(COLUMNS[kind].map(({ name }) => [name, aboutColumn(kind, name).replaceAll('`', '')]));
  } else {
    // Excel takes a CSV for UTF-8 only by its byte order mark.
    const file = await openTableWriter(target, { ...PLAIN_DIALECT, withByteOrderMark: true });
    await file.writeBlock([header, row]);
    await file.commit();
  }
  const texts = questionTexts();
  console.say(texts.templateWritten(path));
  console.say(texts.templateColumns(`memberload help ${SENT_BY[kind].split(' ')[0]}`));
  console.say(texts.templateNext(`memberload validate ${quoted(output)}`));
  return { exitCode: EXIT.ok };
}

function kindOf(word: string): FileKind {
  const found = TEMPLATE_KINDS.find((kind) => kind === word || SENT_BY[kind] === word);
  if (found !== undefined) return found;
  const nearest = nearestName(word, TEMPLATE_KINDS);
  throw usageError(
    'BAD_USAGE',
    questionTexts().noTemplate(word),
    nearest ? sharedTexts().didYouMean(nearest) : questionTexts().templateKinds(TEMPLATE_KINDS),
  );
}
