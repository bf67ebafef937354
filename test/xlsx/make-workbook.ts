import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export type MadeSheet = { readonly name: string; readonly xml: string; readonly state?: string };

export type MadeWorkbook = {
  readonly sheets: readonly MadeSheet[];
  /** Content of `sst`. */
  readonly texts?: string;
  /** Content of `numFmts` and the `xf`s of `cellXfs`. */
  readonly formats?: string;
  readonly styles?: string;
  readonly isDate1904?: boolean;
};

const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PKG = 'http://schemas.openxmlformats.org/package/2006/relationships';

/** A workbook as Excel has it, from the XML of its rows: what stands in a file stands in the test. */
export async function makeWorkbook(path: string, made: MadeWorkbook): Promise<string> {
  const zip = new ZipFile();
  const add = (part: string, xml: string) => zip.addBuffer(Buffer.from(`<?xml version="1.0"?>${xml}`), part);
  add(
    '_rels/.rels',
    `<Relationships xmlns="${PKG}"><Relationship Id="a" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  );
  add(
    'xl/workbook.xml',
    `<workbook xmlns:r="${REL}"><workbookPr date1904="${made.isDate1904 ? 1 : 0}"/><sheets>${made.sheets
      .map(({ name, state }, index) => `<sheet name="${name}" state="${state ?? 'visible'}" r:id="s${index}"/>`)
      .join('')}</sheets></workbook>`,
  );
  add(
    'xl/_rels/workbook.xml.rels',
    `<Relationships>${made.sheets
      .map((_, index) => `<Relationship Id="s${index}" Type="${REL}/worksheet" Target="worksheets/sheet${index}.xml"/>`)
      .join(
        '',
      )}<Relationship Id="t" Type="${REL}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="y" Type="${REL}/styles" Target="styles.xml"/></Relationships>`,
  );
  if (made.texts !== undefined) add('xl/sharedStrings.xml', `<sst>${made.texts}</sst>`);
  add(
    'xl/styles.xml',
    `<styleSheet><numFmts>${made.formats ?? ''}</numFmts><cellXfs>${made.styles ?? '<xf numFmtId="0"/>'}</cellXfs></styleSheet>`,
  );
  for (const [index, { xml }] of made.sheets.entries())
    add(`xl/worksheets/sheet${index}.xml`, `<worksheet>${xml}</worksheet>`);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

/** A row of inline texts, or of cells as XML. */
export function row(number: number, ...cells: readonly string[]): string {
  const xml = cells.map((cell) => (cell.startsWith('<c') ? cell : `<c t="inlineStr"><is><t>${cell}</t></is></c>`));
  return `<row r="${number}">${xml.join('')}</row>`;
}
