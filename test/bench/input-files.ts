import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { BENCH_APP_ID, type LeastMember } from './least-server.ts';

/** What the bench feeds to memberload, and the same as bodies of calls for the bare loop. Texts are made row by row. */
export type Rows = { readonly header: string; row(index: number): string };

/** For `import --mode create`. */
export const CREATES: Rows = {
  header: 'number,name,phone,point,balance',
  row: (index) => `C${index},陳大文 ${index},${phone(index)},12,3.50`,
};

/** For `topup`, by uid: no lookup stands between the intents. */
export const CREDITS: Rows = {
  header: 'customerUid,pointIncrement,balanceIncrement',
  row: (index) => `${memberUid(index)},5,0.10`,
};

/** For `validate --as members`. */
export const MEMBERS: Rows = {
  header: 'number,name,phone,birthday,email,point,balance',
  row: (index) => `V${index},陳大文 ${index},${phone(index)},1990-05-01,m${index}@example.com,12,3.50`,
};

/** For `import --to wonder`. */
export const CUSTOMERS: Rows = {
  header: 'reference_number,name,phone,dial_code',
  row: (index) => `R${index},陳大文 ${index},${phone(index)},+852`,
};

/** For `import` against `members(count)`: every second row has another name than the member. */
export const CHANGES: Rows = {
  header: 'number,name',
  row: (index) => `${memberNumber(index)},Member ${index}${isChanged(index) ? ' new' : ''}`,
};

function isChanged(index: number): boolean {
  return index % 2 === 1;
}

export function members(count: number): LeastMember[] {
  return Array.from({ length: count }, (_, index) => ({
    customerUid: memberUid(index),
    number: memberNumber(index),
    name: `Member ${index}`,
  }));
}

function memberNumber(index: number): string {
  return `M${String(index).padStart(7, '0')}`;
}

/** 18 digits, more than a double holds, and never with zeros at the end, which a spreadsheet would have made. */
function memberUid(index: number): string {
  return `1${String(index).padStart(16, '0')}7`;
}

function phone(index: number): string {
  return `9${String(index % 10_000_000).padStart(7, '0')}`;
}

/** A CSV file of `count` rows, the first of them `from`. */
export async function writeCsv(path: string, rows: Rows, count: number, from = 0): Promise<void> {
  await writeLines(path, rows.header, count, (index) => rows.row(from + index));
}

/** The calls file of bare-loop.mjs for the rows of `CREATES`. */
export async function writeAddCalls(path: string, count: number): Promise<void> {
  await writeLines(path, undefined, count, (index) => {
    const [number, name, phoneText, point, balance] = CREATES.row(index).split(',');
    const info = `{"number":"${number}","name":"${name}","phone":"${phoneText}","point":${point},"balance":${balance}}`;
    return callLine('add', `"customerInfo":${info}`);
  });
}

/** The same for the rows of `CREDITS`. */
export async function writeIncrementCalls(path: string, count: number): Promise<void> {
  await writeLines(path, undefined, count, (index) => {
    const [uid, point, balance] = CREDITS.row(index).split(',');
    const amounts = `"balanceIncrement":${balance},"pointIncrement":${point}`;
    return callLine(
      'updateBalancePointByIncrement',
      `"customerUid":${uid},${amounts},"dataChangeTime":"2026-01-01 00:00:00"`,
    );
  });
}

/** The same for the rows of `CHANGES`: first every page, then an update of each member that differs. */
export async function writeUpsertCalls(path: string, count: number): Promise<void> {
  const pages = pageCount(count);
  const lines: string[] = [];
  for (let page = 0; page < pages; page += 1) {
    const cursor = `"postBackParameter":{"parameterType":"LAST_RESULT_MAX_ID","parameterValue":"${page}"}`;
    lines.push(callLine('queryCustomerPages', cursor));
  }
  for (let index = 0; index < count; index += 1) {
    if (!isChanged(index)) continue;
    const info = `{"customerUid":${memberUid(index)},"name":"Member ${index} new"}`;
    lines.push(callLine('updateBaseInfo', `"customerInfo":${info}`));
  }
  await writeFile(path, `${lines.join('\n')}\n`);
}

/** A full page is followed by another one, even if that is empty. */
export function pageCount(memberCount: number): number {
  return Math.floor(memberCount / 100) + 1;
}

function callLine(endpoint: string, parameters: string): string {
  return `/openapi/v1/customerOpenApi/${endpoint}\t{"appId":"${BENCH_APP_ID}",${parameters}}`;
}

async function writeLines(
  path: string,
  header: string | undefined,
  count: number,
  line: (index: number) => string,
): Promise<void> {
  const file = createWriteStream(path);
  if (header !== undefined) file.write(`${header}\n`);
  for (let from = 0; from < count; from += 10_000) {
    const lines: string[] = [];
    for (let index = from; index < Math.min(from + 10_000, count); index += 1) lines.push(line(index));
    if (!file.write(`${lines.join('\n')}\n`)) await once(file, 'drain');
  }
  file.end();
  await finished(file);
}

/**
 * The rows of a CSV file as a workbook of one sheet, the way spreadsheets write it: every text once in the table of
 * shared texts, amounts as numbers.
 *
 * @returns false when the writer of the xlsx room is not installed
 */
export async function writeXlsx(path: string, csvPath: string): Promise<boolean> {
  const library: string = 'yazl';
  const loaded: { default: { ZipFile: new () => ZipWriter } } | undefined = await import(library).catch(
    () => undefined,
  );
  if (loaded === undefined) return false;
  const shared = new Map<string, number>();
  const lines = readFileSync(csvPath, 'utf8').trimEnd().split('\n');
  const sheet = lines.map((line, index) => {
    const cells = line.split(',').map((text, column) => {
      const place = `r="${String.fromCharCode(65 + column)}${index + 1}"`;
      if (/^(?:0|[1-9]\d{0,9})(?:\.\d+)?$/.test(text)) return `<c ${place}><v>${text}</v></c>`;
      const number = shared.get(text) ?? shared.size;
      shared.set(text, number);
      return `<c ${place} t="s"><v>${number}</v></c>`;
    });
    return `<row r="${index + 1}">${cells.join('')}</row>`;
  });
  const zip = new loaded.default.ZipFile();
  const add = (name: string, xml: string): void => zip.addBuffer(Buffer.from(`${XML}${xml}`), name);
  add(
    '[Content_Types].xml',
    `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`,
  );
  add('_rels/.rels', relationships([['officeDocument', 'xl/workbook.xml']]));
  add(
    'xl/workbook.xml',
    `<workbook ${MAIN} xmlns:r="${RELATIONSHIP}"><sheets><sheet name="Members" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  );
  add(
    'xl/_rels/workbook.xml.rels',
    relationships([
      ['worksheet', 'worksheets/sheet1.xml'],
      ['sharedStrings', 'sharedStrings.xml'],
    ]),
  );
  add('xl/worksheets/sheet1.xml', `<worksheet ${MAIN}><sheetData>${sheet.join('')}</sheetData></worksheet>`);
  const texts = [...shared.keys()].map((text) => `<si><t>${text}</t></si>`).join('');
  add('xl/sharedStrings.xml', `<sst ${MAIN} count="${shared.size}" uniqueCount="${shared.size}">${texts}</sst>`);
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(path)));
  return true;
}

type ZipWriter = {
  addBuffer(content: Buffer, name: string): void;
  end(): void;
  readonly outputStream: NodeJS.ReadableStream;
};

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const RELATIONSHIP = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

function relationships(targets: readonly (readonly [type: string, target: string])[]): string {
  const list = targets.map(
    ([type, target], index) => `<Relationship Id="rId${index + 1}" Type="${RELATIONSHIP}/${type}" Target="${target}"/>`,
  );
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.join('')}</Relationships>`;
}
