import { encodeCellText } from './cell-text.ts';
import { columnName } from './sheet-rows.ts';

/** Index of each style in `styles.xml`. */
export const STYLE = { header: 1, good: 2, bad: 3, warning: 4, waiting: 5, badCell: 6, plain: 7 } as const;

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const CONTENT_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The XML of ECMA-376 that does not depend on how rows come. */
export const PARTS_OF_TEXT = {
  sheetStart: (widths: readonly number[]): string =>
    `${XML}<worksheet xmlns="${MAIN}" xmlns:r="${RELATIONSHIPS}">` +
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${widths.map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" style="${STYLE.plain}" customWidth="1"/>`).join('')}</cols><sheetData>`,

  /** Without the last part Excel marks each id as "number stored as text". */
  sheetEnd: (area: string, hasComments: boolean): string =>
    `</sheetData><autoFilter ref="${area}"/><ignoredErrors><ignoredError sqref="${area}" numberStoredAsText="1"/></ignoredErrors>` +
    `${hasComments ? '<legacyDrawing r:id="rId2"/>' : ''}</worksheet>`,

  summary: (lines: readonly (readonly string[])[]): string =>
    `${XML}<worksheet xmlns="${MAIN}"><cols><col min="1" max="1" width="36" customWidth="1"/><col min="2" max="2" width="60" customWidth="1"/></cols><sheetData>` +
    lines
      .map((cells, row) => {
        const xml = cells.map(
          (text, index) =>
            `<c r="${columnName(index)}${row + 1}" s="${STYLE.plain}" t="inlineStr"><is><t xml:space="preserve">${encodeCellText(text)}</t></is></c>`,
        );
        return `<row r="${row + 1}">${xml.join('')}</row>`;
      })
      .join('') +
    '</sheetData></worksheet>',

  commentRelationships: (sheet: number): string =>
    `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
    `<Relationship Id="rId1" Type="${RELATIONSHIPS}/comments" Target="../comments${sheet}.xml"/>` +
    `<Relationship Id="rId2" Type="${RELATIONSHIPS}/vmlDrawing" Target="../drawings/vmlDrawing${sheet}.vml"/></Relationships>`,

  commentsStart: `${XML}<comments xmlns="${MAIN}"><authors><author>memberload</author></authors><commentList>`,
  comment: (place: string, text: string): string =>
    `<comment ref="${place}" authorId="0"><text><t xml:space="preserve">${text}</t></text></comment>`,
  commentsEnd: '</commentList></comments>',

  /** Excel shows a comment only where a shape is drawn for it. */
  shapesStart:
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">' +
    '<v:shapetype id="t" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>',
  commentShape: (row: number, column: number, number: number): string =>
    `<v:shape id="s${number}" type="#t" style="position:absolute;width:240pt;height:60pt;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:textbox/>` +
    `<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill><x:Row>${row}</x:Row><x:Column>${column}</x:Column></x:ClientData></v:shape>`,
  shapesEnd: '</xml>',
} as const;

type WorkbookFacts = {
  readonly names: readonly string[];
  readonly columnCount: number;
  /** With the header, of the first sheets: those that have a filter. */
  readonly rowCounts: readonly number[];
  readonly hasComments: readonly boolean[];
};

/** The parts that are known when all rows were written: name → XML. */
export function workbookParts({ names, columnCount, rowCounts, hasComments }: WorkbookFacts): [string, string][] {
  const sheets = names.map((name, index) => ({ name: name.slice(0, 31), number: index + 1 }));
  const lastColumn = columnName(Math.max(0, columnCount - 1));
  const filters = rowCounts.map(
    (count, index) =>
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${index}" hidden="1">'${encodeCellText((sheets[index]?.name ?? '').replaceAll("'", "''"))}'!$A$1:$${lastColumn}$${count}</definedName>`,
  );
  const commented = hasComments.flatMap((has, index) => (has ? [index + 1] : []));
  return [
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>` +
        `<Override PartName="/xl/workbook.xml" ContentType="${CONTENT_TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${CONTENT_TYPE}.styles+xml"/>` +
        sheets
          .map(
            ({ number }) =>
              `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${CONTENT_TYPE}.worksheet+xml"/>`,
          )
          .join('') +
        commented
          .map(
            (number) => `<Override PartName="/xl/comments${number}.xml" ContentType="${CONTENT_TYPE}.comments+xml"/>`,
          )
          .join('') +
        '</Types>',
    ],
    [
      '_rels/.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONSHIPS}"><sheets>` +
        sheets
          .map(({ name, number }) => `<sheet name="${encodeCellText(name)}" sheetId="${number}" r:id="rId${number}"/>`)
          .join('') +
        `</sheets><definedNames>${filters.join('')}</definedNames></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${XML}<Relationships xmlns="${PACKAGE}/relationships">` +
        sheets
          .map(
            ({ number }) =>
              `<Relationship Id="rId${number}" Type="${RELATIONSHIPS}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
          )
          .join('') +
        `<Relationship Id="rId${sheets.length + 1}" Type="${RELATIONSHIPS}/styles" Target="styles.xml"/></Relationships>`,
    ],
    ['xl/styles.xml', STYLES],
  ];
}

/** In the order of `STYLE`; number format 49 is "text". */
const FILLS = {
  header: 'FFD9D9D9',
  good: 'FFE2F0D9',
  bad: 'FFFBE0DD',
  warning: 'FFFFF2CC',
  waiting: 'FFEDEDED',
  badCell: 'FFF4A6A0',
};
const fill = (colour: string): string =>
  `<fill><patternFill patternType="solid"><fgColor rgb="${colour}"/><bgColor indexed="64"/></patternFill></fill>`;
const format = (fillIndex: number, fontIndex: number): string =>
  `<xf numFmtId="49" fontId="${fontIndex}" fillId="${fillIndex}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>`;
const STYLES =
  `${XML}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
  `<fills count="8"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>${Object.values(FILLS).map(fill).join('')}</fills>` +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  `<cellXfs count="8"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>${format(2, 1)}${format(3, 0)}${format(4, 0)}${format(5, 0)}${format(6, 0)}${format(7, 1)}${format(0, 0)}</cellXfs>` +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';
