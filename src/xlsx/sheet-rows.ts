import { fileTexts } from '../texts/tables/files.ts';
import { decodeCellText } from './cell-text.ts';
import { type NumberKind, numberText } from './number-format.ts';
import { damaged, xmlParser } from './zip-parts.ts';

export type SheetRow = {
  /** 1-based row of the sheet. */
  readonly lineNumber: number;
  /** Up to the last cell with a value; cells that are not there are empty. */
  readonly cells: string[];
  /** Indexes of cells whose number has lost digits; undefined: none. */
  readonly damagedCells: readonly number[] | undefined;
};

/** What a person should know of a sheet; complete when all its rows were read. */
export type SheetFacts = {
  hiddenRows: number[];
  hiddenColumnCount: number;
  mergedAreaCount: number;
  formulaCount: number;
};

export function noFacts(): SheetFacts {
  return { hiddenRows: [], hiddenColumnCount: 0, mergedAreaCount: 0, formulaCount: 0 };
}

type SheetContext = {
  readonly formats: readonly NumberKind[];
  readonly texts: readonly string[];
  readonly isDate1904: boolean;
  readonly facts: SheetFacts;
};

const NUMBER: NumberKind = { kind: 'number' };
/** Of Excel. */
const COLUMNS_MAX = 16_384;
/** Excel has at most 32,767 characters in a cell. */
const CELL_CHARACTERS_MAX = 1024 * 1024;

/** Streams the rows of a sheet, as many at a time as a chunk of its XML holds. */
export async function* sheetRows(
  name: string,
  xml: AsyncIterable<string>,
  context: SheetContext,
): AsyncGenerator<SheetRow[]> {
  const reader = rowReader(name, context);
  for await (const text of xml) {
    reader.parser.write(text);
    const rows = reader.take();
    if (rows.length > 0) yield rows;
  }
  reader.parser.end();
  const rows = reader.take();
  if (rows.length > 0) yield rows;
}

function rowReader(name: string, { formats, texts, isDate1904, facts }: SheetContext) {
  let rows: SheetRow[] = [];
  let lineNumber = 0;
  let cells: string[] = [];
  let damagedCells: number[] | undefined;
  let column = -1;
  let type = 'n';
  let format = NUMBER;
  let hasFormula = false;
  let hasValue = false;
  let value = '';
  let isTaken = false;
  let phonetic = 0;

  const endCell = (): void => {
    if (hasFormula) {
      facts.formulaCount += 1;
      // Programs that cannot calculate write an empty value; Excel writes one only for a text.
      if (!hasValue || (value === '' && type !== 'str')) {
        throw damaged(name, fileTexts().formulaWithoutValue(`${columnName(column)}${lineNumber}`));
      }
    }
    const text = cellText();
    if (text === '') return;
    while (cells.length < column) cells.push('');
    cells[column] = text;
  };

  /** A text that is missing must not pass for an empty cell: a blank means "leave as it is". */
  const sharedText = (): string => {
    const text = texts[Number(value)];
    if (text === undefined) {
      throw damaged(name, fileTexts().unknownSharedText(`${columnName(column)}${lineNumber}`));
    }
    return text;
  };

  const cellText = (): string => {
    switch (type) {
      case 's':
        return value === '' ? '' : sharedText();
      case 'str':
      case 'inlineStr':
        return decodeCellText(value);
      case 'b':
        return value === '1' ? 'TRUE' : value === '0' ? 'FALSE' : value;
      case 'e':
        return value;
      case 'd':
        return value
          .replace('T', ' ')
          .replace(/(\.\d+)?Z?$/, '')
          .replace(/ 00:00:00$/, '');
      default: {
        const { text, isDamaged } = numberText(value, format, isDate1904);
        if (isDamaged) {
          damagedCells ??= [];
          damagedCells.push(column);
        }
        return text;
      }
    }
  };

  const parser = xmlParser(name, {
    open(element, attributes) {
      switch (element) {
        case 'c': {
          const place = attributes.r;
          column = place === undefined ? column + 1 : columnIndex(place);
          if (column >= COLUMNS_MAX || column < 0) throw damaged(name, fileTexts().impossibleCell(String(place)));
          type = attributes.t ?? 'n';
          const style = attributes.s;
          format = style === undefined ? (formats[0] ?? NUMBER) : (formats[Number(style)] ?? NUMBER);
          hasFormula = false;
          hasValue = false;
          value = '';
          break;
        }
        case 'v':
          hasValue = true;
          isTaken = true;
          break;
        case 't':
          isTaken = type === 'inlineStr' && phonetic === 0;
          break;
        case 'rPh':
          phonetic += 1;
          break;
        case 'f':
          hasFormula = true;
          break;
        case 'row':
          lineNumber = attributes.r === undefined ? lineNumber + 1 : Number(attributes.r);
          if (attributes.hidden === '1' || attributes.hidden === 'true') facts.hiddenRows.push(lineNumber);
          cells = [];
          damagedCells = undefined;
          column = -1;
          break;
        case 'col':
          if (attributes.hidden === '1' || attributes.hidden === 'true') {
            facts.hiddenColumnCount += Number(attributes.max) - Number(attributes.min) + 1;
          }
          break;
        case 'mergeCell':
          facts.mergedAreaCount += 1;
          break;
      }
    },
    text(text) {
      if (!isTaken) return;
      value += text;
      if (value.length > CELL_CHARACTERS_MAX) {
        throw damaged(name, fileTexts().cellTooLarge(`${columnName(column)}${lineNumber}`));
      }
    },
    close(element) {
      switch (element) {
        case 'v':
        case 't':
          isTaken = false;
          break;
        case 'rPh':
          phonetic -= 1;
          break;
        case 'c':
          endCell();
          break;
        case 'row':
          if (cells.length > 0) rows.push({ lineNumber, cells, damagedCells });
          break;
      }
    },
  });

  return {
    parser,
    take(): SheetRow[] {
      const taken = rows;
      rows = [];
      return taken;
    },
  };
}

/** `BC12` → 54. */
function columnIndex(place: string): number {
  let index = 0;
  for (let at = 0; at < place.length; at += 1) {
    const code = place.charCodeAt(at) & ~0x20;
    if (code < 0x41 || code > 0x5a) break;
    index = index * 26 + code - 0x40;
  }
  return index - 1;
}

/** 54 → `BC`. */
export function columnName(index: number): string {
  let name = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(0x41 + ((rest - 1) % 26)) + name;
  }
  return name;
}
