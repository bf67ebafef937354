/**
 * `node xlsx-pass.mjs <file>`: the libraries of the xlsx room alone (yauzl unpacks, saxes reads), with the least
 * that makes texts of cells: shared texts in a list, one list a row, dropped at its end.
 */
import { SaxesParser } from 'saxes';
import yauzl from 'yauzl';

const zip = await new Promise((resolve, reject) => {
  const options = { lazyEntries: true, autoClose: false };
  yauzl.open(process.argv[2], options, (error, opened) => (error ? reject(error) : resolve(opened)));
});
const entries = new Map();
await new Promise((resolve) => {
  zip.on('entry', (entry) => {
    entries.set(entry.fileName, entry);
    zip.readEntry();
  });
  zip.on('end', resolve);
  zip.readEntry();
});

async function readXml(name, handlers) {
  const entry = entries.get(name);
  if (entry === undefined) return;
  const stream = await new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const parser = new SaxesParser();
  for (const [event, handler] of Object.entries(handlers)) parser.on(event, handler);
  stream.setEncoding('utf8');
  for await (const text of stream) parser.write(text);
  parser.close();
}

const shared = [];
let text = '';
await readXml('xl/sharedStrings.xml', {
  opentag: ({ name }) => {
    if (name === 'si') text = '';
  },
  text: (part) => {
    text += part;
  },
  closetag: ({ name }) => {
    if (name === 'si') shared.push(text);
  },
});

let count = 0;
let row = [];
let type = '';
await readXml('xl/worksheets/sheet1.xml', {
  opentag: ({ name, attributes }) => {
    if (name === 'row') row = [];
    if (name !== 'c') return;
    type = attributes.t ?? '';
    text = '';
  },
  text: (part) => {
    text += part;
  },
  closetag: ({ name }) => {
    if (name === 'c') row.push(type === 's' ? shared[Number(text)] : text);
    if (name === 'row' && row.length > 0) count += 1;
  },
});
zip.close();
process.stdout.write(JSON.stringify({ count: count - 1 }));
