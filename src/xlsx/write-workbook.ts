import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { assert, fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { PARTS_OF_TEXT, workbookParts } from './workbook-parts.ts';
import { type RowToWrite, type SheetText, sheetText, spool } from './write-sheet.ts';

export type WorkbookText = {
  readonly header: readonly string[];
  readonly sheetNames: { readonly rows: string; readonly toCorrect: string; readonly summary: string };
};

type WorkbookStream = {
  writeRows(rows: readonly RowToWrite[]): Promise<void>;
  end(summary: readonly (readonly string[])[]): Promise<void>;
  /** Lets go of what waits; nothing more is written. */
  abort(): void;
};

/** Excel's limit, with the header. */
const ROWS_MAX = 1_048_576;

/**
 * Writes a workbook of three sheets as rows come: all rows, the rows to correct, the summary. A zip is written one
 * part after the other, so the rows to correct and the comments wait in memory, deflated: some 100 bytes each.
 */
export function workbookWriter(write: (bytes: Uint8Array) => Promise<void>, text: WorkbookText): WorkbookStream {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  const written = (async () => {
    for await (const chunk of output) await write(chunk as Buffer);
  })();
  // Its error is given by whatever waits for the zip next.
  written.catch(() => undefined);

  const all = sheetText(text.header);
  const toCorrect = sheetText(text.header);
  const toCorrectXml = spool();
  const allXml = new PassThrough();
  zip.addReadStream(allXml, 'xl/worksheets/sheet1.xml', PART_OPTIONS);
  toCorrectXml.write(toCorrect.start());

  const send = async (xml: string): Promise<void> => {
    if (allXml.write(xml)) return;
    await Promise.race([once(allXml, 'drain'), written.then(() => assert(false, 'the zip ended before its rows'))]);
  };
  const addText = (part: string, xml: string) => zip.addBuffer(Buffer.from(xml, 'utf8'), part, PART_OPTIONS);
  const addComments = (sheet: SheetText, number: number) => {
    if (sheet.commentCount() === 0) return;
    addText(`xl/worksheets/_rels/sheet${number}.xml.rels`, PARTS_OF_TEXT.commentRelationships(number));
    zip.addReadStream(Readable.from(sheet.comments()), `xl/comments${number}.xml`, PART_OPTIONS);
    zip.addReadStream(Readable.from(sheet.commentShapes()), `xl/drawings/vmlDrawing${number}.vml`, PART_OPTIONS);
  };

  let isStarted = false;
  return {
    async writeRows(rows) {
      if (!isStarted) {
        isStarted = true;
        await send(all.start());
      }
      const pieces: string[] = [];
      for (const row of rows) {
        pieces.push(all.row(row));
        if (row.isToCorrect) toCorrectXml.write(toCorrect.row(row));
      }
      if (all.rowCount() > ROWS_MAX) {
        throw fileError('TOO_MANY_ROWS', fileTexts().tooManyRowsForSheet, fileTexts().writeCsv);
      }
      await send(pieces.join(''));
    },
    async end(summary) {
      if (!isStarted) await send(all.start());
      allXml.end(all.end());
      toCorrectXml.write(toCorrect.end());
      zip.addReadStream(Readable.from(toCorrectXml.read()), 'xl/worksheets/sheet2.xml', PART_OPTIONS);
      addText('xl/worksheets/sheet3.xml', PARTS_OF_TEXT.summary(summary));
      addComments(all, 1);
      addComments(toCorrect, 2);
      const parts = workbookParts({
        names: [text.sheetNames.rows, text.sheetNames.toCorrect, text.sheetNames.summary],
        columnCount: text.header.length,
        rowCounts: [all.rowCount(), toCorrect.rowCount()],
        hasComments: [all.commentCount() > 0, toCorrect.commentCount() > 0],
      });
      for (const [part, xml] of parts) addText(part, xml);
      zip.end();
      await written;
    },
    abort() {
      allXml.destroy();
      output.destroy();
    },
  };
}

/** A fixed time: the same rows make the same bytes. */
const PART_OPTIONS = { mtime: new Date(Date.UTC(2000, 0, 1)), compress: true };
