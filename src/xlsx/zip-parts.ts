import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { SaxesParser, type SaxesTagPlain } from 'saxes';
import yauzl from 'yauzl';
import { errorText, fileError, OperatorError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';

/** An open file, which stays the caller's to close, or all bytes of what can be read only once. */
export type WorkbookBytes = { readonly descriptor: number } | { readonly bytes: Buffer };

export type ZipParts = {
  has(part: string): boolean;
  names(): readonly string[];
  /** The text of a part by chunks; undefined when there is none. Parts are named without regard to case. */
  read(part: string): AsyncIterable<string>;
  close(): void;
};

/** Opens the zip that a workbook is. Throws BAD_WORKBOOK for a damaged one. */
export async function openZipParts(name: string, source: WorkbookBytes): Promise<ZipParts> {
  try {
    const options = { lazyEntries: true, autoClose: false };
    const zip =
      'bytes' in source ? await openBuffer(source.bytes, options) : await openDescriptor(source.descriptor, options);
    const entries = await listEntries(zip);
    const openEntry = promisify(zip.openReadStream.bind(zip)) as (entry: yauzl.Entry) => Promise<Readable>;
    return {
      has: (part) => entries.has(part.toLowerCase()),
      names: () => [...entries.keys()],
      async *read(part) {
        const entry = entries.get(part.toLowerCase());
        if (entry === undefined) throw damaged(name, fileTexts().workbookLacksPart(part));
        let stream: Readable | undefined;
        try {
          stream = await openEntry(entry);
          stream.setEncoding('utf8');
          for await (const text of stream) yield text;
        } catch (error) {
          throw error instanceof OperatorError ? error : damaged(name, errorText(error), error);
        } finally {
          stream?.destroy();
        }
      },
      // Of a buffer there is nothing to close, and the file is the caller's.
      close: () => undefined,
    };
  } catch (error) {
    throw error instanceof OperatorError ? error : damaged(name, errorText(error), error);
  }
}

export function damaged(name: string, why: string, cause?: unknown) {
  return fileError('BAD_WORKBOOK', fileTexts().badWorkbook(name, why), fileTexts().badWorkbookHint, cause);
}

const openBuffer = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer);
const openDescriptor = promisify<number, yauzl.Options, yauzl.ZipFile>(yauzl.fromFd);

function listEntries(zip: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, yauzl.Entry>();
    zip.on('error', reject);
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.set(entry.fileName.toLowerCase(), entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

type XmlHandler = {
  /** Names come without their prefix: some writers have `x:row`. */
  open?(element: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(element: string): void;
};

/** A parser to be fed by chunks; `name` stands for the file in messages. Entities of the document are not expanded. */
export function xmlParser(name: string, handler: XmlHandler): { write(text: string): void; end(): void } {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const local = (element: string): string => {
    const colon = element.indexOf(':');
    return colon === -1 ? element : element.slice(colon + 1);
  };
  parser.on('error', (error) => {
    throw damaged(name, errorText(error), error);
  });
  const { open, text, close } = handler;
  if (open) parser.on('opentag', (tag: SaxesTagPlain) => open(local(tag.name), tag.attributes));
  if (text) {
    parser.on('text', text);
    parser.on('cdata', text);
  }
  if (close) parser.on('closetag', (tag: SaxesTagPlain) => close(local(tag.name)));
  return { write: (chunk) => void parser.write(chunk), end: () => void parser.close() };
}

/** Parses all of a small part. */
export async function parsePart(name: string, parts: ZipParts, part: string, handler: XmlHandler): Promise<void> {
  const parser = xmlParser(name, handler);
  for await (const text of parts.read(part)) parser.write(text);
  parser.end();
}
