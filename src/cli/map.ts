import { basename, dirname, join } from 'node:path';
import { isDevicePath } from '../base/device-path.ts';
import { EXIT, fileError, OperatorError, usageError } from '../base/errors.ts';
import { isInsideFolder } from '../base/inside-folder.ts';
import { nearestName } from '../base/nearest.ts';
import { quoted } from '../base/quoted.ts';
import { padToWidth, textWidth } from '../base/text-width.ts';
import { visibleText } from '../base/visible-text.ts';
import { openNewFile } from '../csv/new-file.ts';
import { mayBeSecret } from '../csv/table-header.ts';
import { openInput, tableOptions } from '../intake/stage-input.ts';
import { COLUMNS, type FileKind } from '../job/columns.ts';
import { listed, matchHeader } from '../job/header-match.ts';
import { guessKind, headerKey } from '../job/header-names.ts';
import { type ProposedColumn, proposeMapping } from '../job/propose-mapping.ts';
import { readColumnMapFile, readJobSettings } from '../settings/job-settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { questionTexts } from '../texts/cli/questions.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedTexts } from '../texts/shared.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { type CommandInput, type CommandResult, SENT_BY } from './commands.ts';
import { sourceOf } from './run-files.ts';
import { withStopSignals } from './terminal/stop-signals.ts';

const KINDS = Object.keys(COLUMNS) as FileKind[];

/** `map`: reads the header and the first rows, and writes what each header is, for a person to correct. No call. */
export async function runMap(input: CommandInput): Promise<CommandResult> {
  const { settings, surroundings, console, argument = '-' } = input;
  const path = mappingPathOf(input, argument);
  if (path !== '-') await checkMappingPath(path, input);
  const { header, samples } = await withStopSignals(input, questionTexts().nothingWritten, async (control) => {
    const job = readJobSettings(settings, 'validate');
    return readTop(await openInput(sourceOf(settings, surroundings, argument), tableOptions(job, control), control));
  });
  const asks = console.canAsk && argument !== '-' && !settings.get('yes');
  const kind = settings.get('as') ?? guessKind(header) ?? (asks ? await askKind(input) : undefined);
  if (kind === undefined) {
    throw usageError('UNKNOWN_KIND', runTexts().unknownKind(...listed(header, false)), runTexts().unknownKindHint);
  }
  const proposed = proposeMapping(header, kind);
  const secret = proposed.find(
    ({ header: text }) => mayBeSecret(text) || (proposed.length === 1 && IS_WORD.test(text)),
  );
  if (secret !== undefined && proposed.every(({ column }) => column === '')) {
    // Both the screen and the mapping would show it.
    const { oneWordHeader, oneWordHeaderHint } = fileTexts();
    throw fileError('NO_HEADER', oneWordHeader(argument, secret.header.length), oneWordHeaderHint);
  }
  tellProposals(proposed, samples, input);
  const chosen = asks ? await askColumns(proposed, samples, { input, kind }) : proposed;
  const columns = Object.fromEntries(chosen.map(({ header: text, column }) => [text, column]));
  const missing = whatIsMissing(header, kind, columns);
  const name = argument === '-' ? commandTexts().standardInput : basename(argument);
  const text = mappingText(chosen, { name, kind, missing });
  if (path === '-') surroundings.stdout.write(text);
  else await writeMapping(path, text, settings.get('overwrite'));
  if (settings.get('json') && path !== '-') {
    console.print(JSON.stringify({ command: 'map', input: argument, kind, map: path, columns, exitCode: EXIT.ok }));
  }
  if (missing !== undefined) console.say(questionTexts().notComplete(missing));
  if (path !== '-') {
    console.say(questionTexts().mappingFile(path));
    const command = `memberload ${SENT_BY[kind]} ${quoted(argument)} --map ${quoted(path)}`;
    console.say(questionTexts().mappingNext(command));
  }
  return { exitCode: EXIT.ok };
}

/** `members.csv` → `members.map.json` beside it. */
function mappingPathOf({ settings }: CommandInput, argument: string): string {
  const output = settings.get('output');
  if (output !== undefined) return output === '-' ? '-' : settings.path(output);
  const path = argument === '-' ? argument : settings.path(argument);
  if (isDevicePath(path)) return settings.path('stdin.map.json');
  return join(dirname(path), `${basename(path).replace(/\.(csv|tsv|txt|xlsx)$/i, '')}.map.json`);
}

/** Only an earlier mapping is ever replaced, and only with --overwrite. */
async function checkMappingPath(path: string, { settings }: CommandInput): Promise<void> {
  const texts = questionTexts();
  if (await isInsideFolder(dirname(path), settings.homeFolder)) {
    throw usageError('MAP_NOT_WRITABLE', texts.mapInHome(path), texts.nameAnother);
  }
  let isThere = true;
  try {
    isThere = readColumnMapFile('-o', path) !== undefined;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw usageError('MAP_EXISTS', texts.isNoMapping(path), texts.isNoMappingHint);
  }
  if (!isThere || settings.get('overwrite')) return;
  throw usageError('MAP_EXISTS', texts.mappingIsThere(path), texts.mappingIsThereHint);
}

/** Any long word of ASCII may be a key. */
const IS_WORD = /^[!-~]{12,}$/;

const SAMPLES_MAX = 3;

type Top = {
  readonly header: readonly string[];
  /** For each column its first few values. */
  readonly samples: readonly (readonly string[])[];
};

async function readTop(table: Awaited<ReturnType<typeof openInput>>): Promise<Top> {
  const samples = table.header.map((): string[] => []);
  for await (const { cells } of table.blocks) {
    for (const row of cells) {
      for (const [index, values] of samples.entries()) {
        const value = row[index]?.trim() ?? '';
        if (value !== '' && values.length < SAMPLES_MAX) values.push(visibleText(value).slice(0, 30));
      }
    }
    break;
  }
  return { header: table.header, samples };
}

async function askKind({ console }: CommandInput): Promise<FileKind | undefined> {
  const typed = await console.ask(questionTexts().whatFor(KINDS));
  return KINDS.find((kind) => kind === typed?.toLowerCase());
}

function tellProposals(
  proposed: readonly ProposedColumn[],
  samples: Top['samples'],
  { console, settings }: CommandInput,
): void {
  const width = Math.max(0, ...proposed.map(({ header }) => textWidth(visibleText(header))));
  const texts = questionTexts();
  console.say(texts.columnsOf(settings.get('as')));
  for (const { header, index, column, certainty } of proposed) {
    const value = column === 'password' ? '' : (samples[index]?.[0] ?? '');
    const about = [value, texts.certainties[certainty]].filter((text) => text !== '').join('  ');
    console.say(
      `  ${padToWidth(visibleText(header), width)} → ${padToWidth(column || texts.notUsed, 12)} ${about}`.trimEnd(),
    );
  }
}

/** Asks for each header that is not sure. What is left blank stays as proposed. */
async function askColumns(
  proposed: readonly ProposedColumn[],
  samples: Top['samples'],
  { input, kind }: { readonly input: CommandInput; readonly kind: FileKind },
): Promise<readonly ProposedColumn[]> {
  const names = COLUMNS[kind].map(({ name }) => name);
  const chosen = new Map(proposed.map((proposal) => [proposal.index, proposal]));
  const { console } = input;
  const texts = questionTexts();
  console.say(texts.askColumns(names));
  for (const proposal of proposed) {
    if (proposal.certainty === 'known') continue;
    for (;;) {
      const values = samples[proposal.index] ?? [];
      const typed = await console.ask(texts.askColumn(proposal.header, values, proposal.column || '-'));
      if (typed === undefined) throw usageError('NOT_CONFIRMED', texts.questionsLeft, texts.nothingWritten);
      if (typed === '') {
        chosen.set(proposal.index, { ...proposal, certainty: 'known' });
        break;
      }
      const column = typed === '-' ? '' : names.find((name) => headerKey(name) === headerKey(typed));
      const other =
        column === '' || column === undefined
          ? undefined
          : [...chosen.values()].find((entry) => entry.index !== proposal.index && entry.column === column);
      if (column !== undefined && other === undefined) {
        chosen.set(proposal.index, { ...proposal, column, certainty: 'known' });
        break;
      }
      const nearest = nearestName(typed, names);
      console.say(
        other !== undefined
          ? texts.takenAlready(other.column, other.header)
          : sharedTexts().sentences([
              texts.noColumnOf(typed, kind),
              nearest === undefined ? '' : sharedTexts().didYouMean(nearest),
            ]),
      );
    }
  }
  return [...chosen.values()];
}

/** One sentence; undefined: a run would take the file with this mapping. */
function whatIsMissing(header: readonly string[], kind: FileKind, columns: Record<string, string>): string | undefined {
  try {
    matchHeader(header, kind, columns, kind === 'customers' ? 'wonder' : 'kybio');
    return undefined;
  } catch (error) {
    if (error instanceof OperatorError) return error.message;
    throw error;
  }
}

/** JSON with comments. The values of the file are not in it: a mapping is passed on, members' data is not. */
function mappingText(
  chosen: readonly ProposedColumn[],
  { name, kind, missing }: { readonly name: string; readonly kind: FileKind; readonly missing: string | undefined },
): string {
  const texts = questionTexts();
  const lines = chosen.map(({ header, column, certainty }, index) => {
    const comma = index === chosen.length - 1 ? '' : ',';
    const about = texts.certainties[certainty];
    return `    ${JSON.stringify(header)}: ${JSON.stringify(column)}${comma}${about === '' ? '' : ` // ${about}`}`;
  });
  return [
    ...texts
      .mapComments(
        visibleText(name),
        kind,
        COLUMNS[kind].map((column) => column.name),
      )
      .map((line) => `// ${line}`),
    ...(missing === undefined ? [] : [`// ${texts.notComplete(visibleText(missing))}`]),
    '{',
    '  "columns": {',
    ...lines,
    '  }',
    '}',
    '',
  ].join('\n');
}

async function writeMapping(path: string, text: string, mayReplace: boolean): Promise<void> {
  const file = await openNewFile(path, { mayReplace });
  await file.write(Buffer.from(text));
  await file.commit();
}
