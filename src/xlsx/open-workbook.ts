import { dirname, join, normalize } from 'node:path/posix';
import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { decodeCellText } from './cell-text.ts';
import { builtInFormat, formatOfCode, type NumberKind } from './number-format.ts';
import { type SheetFacts, type SheetRow, sheetRows } from './sheet-rows.ts';
import { damaged, openZipParts, parsePart, type WorkbookBytes, type ZipParts } from './zip-parts.ts';

export type Workbook = {
  readonly sheets: readonly { readonly name: string; readonly isHidden: boolean }[];
  /** Blocks of rows with at least one cell. `facts` is filled on the way. */
  readRows(sheet: string, facts: SheetFacts): AsyncIterable<SheetRow[]>;
};

/**
 * Opens an .xlsx workbook: reads its list of sheets, its number formats and its shared texts; the rows are streamed.
 * The shared texts stay in memory: a workbook repeats a text by its number.
 *
 * yauzl reads the zip and saxes the XML, both without dependencies that build. The libraries for whole workbooks were
 * compared: exceljs has had no release since 2023 and keeps rows of streams in memory, SheetJS left npm and does not
 * stream, hucre and excelts are young and give numbers instead of what is stored, so that an id of 18 digits that was
 * damaged could not be told from one that was not.
 */
export async function openWorkbook(name: string, source: WorkbookBytes): Promise<Workbook> {
  const parts = await openZipParts(name, source);
  const workbookPart = await findWorkbookPart(name, parts);
  const targets = await readTargets(name, parts, workbookPart);
  const sheets: { name: string; isHidden: boolean; part: string }[] = [];
  let isDate1904 = false;
  await parsePart(name, parts, workbookPart, {
    open(element, attributes) {
      if (element === 'workbookPr') isDate1904 = isTrue(attributes.date1904);
      if (element !== 'sheet') return;
      const target = targets.find(({ id }) => id === (attributes['r:id'] ?? attributes['d3p1:id']));
      // Charts and macros are sheets without rows.
      if (target === undefined || !target.type.endsWith('/worksheet')) return;
      const state = attributes.state ?? 'visible';
      sheets.push({ name: attributes.name ?? '', isHidden: state !== 'visible', part: target.part });
    },
  });
  const stylesPart = targets.find(({ type }) => type.endsWith('/styles'))?.part;
  const textsPart = targets.find(({ type }) => type.endsWith('/sharedStrings'))?.part;
  const formats = stylesPart === undefined || !parts.has(stylesPart) ? [] : await readFormats(name, parts, stylesPart);
  const texts = textsPart === undefined || !parts.has(textsPart) ? [] : await readSharedTexts(name, parts, textsPart);

  return {
    sheets: sheets.map(({ part: _, ...sheet }) => sheet),
    readRows(sheet, facts) {
      const part = sheets.find((candidate) => candidate.name === sheet)?.part;
      if (part === undefined) throw damaged(name, fileTexts().workbookLacksSheet(sheet));
      return sheetRows(name, parts.read(part), { formats, texts, isDate1904, facts });
    },
  };
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true' || value === 'on';
}

type Target = { readonly id: string; readonly type: string; readonly part: string };

async function findWorkbookPart(name: string, parts: ZipParts): Promise<string> {
  if (parts.has('_rels/.rels')) {
    const target = (await readTargets(name, parts, '')).find(({ type }) => type.endsWith('/officeDocument'));
    if (target !== undefined && parts.has(target.part)) {
      if (/\.bin$/i.test(target.part)) throw notXlsx(name, 'binaryWorkbook');
      if (/\/?workbook\.xml$/i.test(target.part) || parts.names().some((part) => part.includes('worksheets/'))) {
        return target.part;
      }
    }
  }
  if (parts.has('xl/workbook.xml')) return 'xl/workbook.xml';
  throw notXlsx(name, parts.has('content.xml') ? 'openDocument' : 'zip');
}

function notXlsx(name: string, kind: keyof ReturnType<typeof fileTexts>['kinds']) {
  const { kinds, notATable } = fileTexts();
  const [what, hint] = kinds[kind];
  return fileError('NOT_CSV', notATable(name, what), hint);
}

/** The parts that a part refers to; `''`: the package itself. */
async function readTargets(name: string, parts: ZipParts, part: string): Promise<Target[]> {
  const folder = part === '' ? '' : dirname(part);
  const relationships =
    part === '' ? '_rels/.rels' : join(folder, '_rels', `${part.slice(part.lastIndexOf('/') + 1)}.rels`);
  const targets: Target[] = [];
  if (!parts.has(relationships)) return targets;
  await parsePart(name, parts, relationships, {
    open(element, attributes) {
      const { Id: id, Type: type, Target: target } = attributes;
      if (element !== 'Relationship' || id === undefined || type === undefined || target === undefined) return;
      const path = target.startsWith('/') ? target.slice(1) : normalize(join(folder, target));
      targets.push({ id, type, part: path });
    },
  });
  return targets;
}

/** The number format of each cell style. */
async function readFormats(name: string, parts: ZipParts, part: string): Promise<NumberKind[]> {
  const own = new Map<number, NumberKind>();
  const formats: NumberKind[] = [];
  let isInCellStyles = false;
  await parsePart(name, parts, part, {
    open(element, attributes) {
      if (element === 'numFmt') own.set(Number(attributes.numFmtId), formatOfCode(attributes.formatCode ?? ''));
      if (element === 'cellXfs') isInCellStyles = true;
      if (element === 'xf' && isInCellStyles) {
        const id = Number(attributes.numFmtId ?? 0);
        formats.push(own.get(id) ?? builtInFormat(id));
      }
    },
    close(element) {
      if (element === 'cellXfs') isInCellStyles = false;
    },
  });
  return formats;
}

/** Texts beyond this many characters are refused: 200,000 rows of 16 texts are a tenth of that. A guess. */
const SHARED_CHARACTERS_MAX = 512 * 1024 * 1024;

async function readSharedTexts(name: string, parts: ZipParts, part: string): Promise<string[]> {
  const texts: string[] = [];
  let pieces: string[] = [];
  let isText = false;
  let phonetic = 0;
  let characters = 0;
  await parsePart(name, parts, part, {
    open(element) {
      if (element === 'si') pieces = [];
      // How a Japanese name is read is not part of the name.
      else if (element === 'rPh') phonetic += 1;
      else if (element === 't') isText = phonetic === 0;
    },
    text(text) {
      if (!isText) return;
      pieces.push(text);
      characters += text.length;
      if (characters > SHARED_CHARACTERS_MAX) throw damaged(name, fileTexts().workbookTextsTooLarge);
    },
    close(element) {
      if (element === 't') isText = false;
      else if (element === 'rPh') phonetic -= 1;
      else if (element === 'si') texts.push(decodeCellText(pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('')));
    },
  });
  return texts;
}
