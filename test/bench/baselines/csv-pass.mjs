/** `node csv-pass.mjs <file>`: a bare pass of csv-parse, as its documentation shows it; the records are dropped. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

const parser = createReadStream(process.argv[2]).pipe(parse());
let count = 0;
parser.on('readable', () => {
  while (parser.read() !== null) count += 1;
});
parser.on('end', () => process.stdout.write(JSON.stringify({ count: count - 1 })));
