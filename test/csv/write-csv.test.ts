import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import { openCsvAppender, openCsvWriter } from '../../src/csv/write-csv.ts';
import { csvFolder, errorOf } from './csv-folder.ts';

const folder = csvFolder();
const options = { delimiter: ',', lineEnding: '\n', withByteOrderMark: false, raw: false } as const;

let folderCount = 0;
/** A new empty folder, so that what is left in it can be seen. */
function emptyFolder(): string {
  folderCount += 1;
  const path = join(folder.path, `write-${folderCount}`);
  mkdirSync(path);
  return path;
}

describe('writer', () => {
  test('the file appears whole when it is committed, and only then', async () => {
    const path = join(emptyFolder(), 'out.csv');
    const writer = await openCsvWriter(path, { ...options, lineEnding: '\r\n', withByteOrderMark: true });
    await writer.write(['number', 'name']);
    await writer.write(['1', '=陳']);
    expect(existsSync(path)).toBe(false);
    await writer.commit();
    expect(readFileSync(path, 'utf8')).toBe("\uFEFFnumber,name\r\n1,'=陳\r\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['out.csv']);
  });

  test('while it is written, the temporary file lies beside it and is private', async () => {
    const path = join(emptyFolder(), 'out.csv');
    const writer = await openCsvWriter(path, options);
    const [name = ''] = readdirSync(join(path, '..'));
    expect(name).toMatch(/^\.out\.csv\.[0-9a-f]{12}\.part$/);
    expect(statSync(join(path, '..', name)).mode & 0o777).toBe(0o600);
    await writer.abort();
  });

  test('aborting leaves the earlier file as it was and nothing else', async () => {
    const path = join(emptyFolder(), 'out.csv');
    writeFileSync(path, 'before');
    const writer = await openCsvWriter(path, options);
    await writer.write(['number']);
    await writer.abort();
    await writer.abort();
    expect(readdirSync(join(path, '..'))).toEqual(['out.csv']);
    expect(readFileSync(path, 'utf8')).toBe('before');
  });

  test('a committed file replaces the earlier one, and aborting afterwards does nothing', async () => {
    const path = join(emptyFolder(), 'out.csv');
    writeFileSync(path, 'before');
    const writer = await openCsvWriter(path, options);
    await writer.write(['number']);
    await writer.commit();
    await writer.abort();
    expect(readFileSync(path, 'utf8')).toBe('number\n');
  });

  test('a symbolic link stays one', async () => {
    const inside = emptyFolder();
    writeFileSync(join(inside, 'target.csv'), 'before');
    symlinkSync('target.csv', join(inside, 'link.csv'));
    const writer = await openCsvWriter(join(inside, 'link.csv'), options);
    await writer.write(['number']);
    await writer.commit();
    expect(readFileSync(join(inside, 'target.csv'), 'utf8')).toBe('number\n');
    expect(readdirSync(inside)).toEqual(['link.csv', 'target.csv']);
  });

  test('rows keep their order when the caller waits for none of them', async () => {
    const path = join(emptyFolder(), 'out.csv');
    const writer = await openCsvWriter(path, options);
    const writes: unknown[] = [];
    for (let row = 0; row < 60_000; row += 1) writes.push(writer.write([`${row}`, 'some text']));
    await Promise.all(writes);
    await writer.commit();
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.length).toBe(60_001);
    expect(lines.slice(0, -1).every((line, row) => line === `${row},some text`)).toBe(true);
  });

  test('a name as long as a file system takes is written', async () => {
    const path = join(emptyFolder(), `${'會'.repeat(80)}.csv`);
    const writer = await openCsvWriter(path, options);
    await writer.write(['number']);
    await writer.commit();
    expect(readFileSync(path, 'utf8')).toBe('number\n');
  });

  test('a folder, a missing folder and a device are refused before anything is written', async () => {
    const inside = emptyFolder();
    expect((await errorOf(openCsvWriter(inside, options))).code).toBe('IS_A_FOLDER');
    const missing = await errorOf(openCsvWriter(join(inside, 'none', 'out.csv'), options));
    expect([missing.code, missing.exitCode]).toEqual(['FOLDER_NOT_FOUND', EXIT.file]);
    expect((await errorOf(openCsvWriter('/dev/null', options))).code).toBe('NOT_A_FILE');
    expect(readdirSync(inside)).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('a folder without permission is told with a hint', async () => {
    const inside = emptyFolder();
    chmodSync(inside, 0o500);
    const error = await errorOf(openCsvWriter(join(inside, 'out.csv'), options));
    expect([error.code, error.exitCode]).toEqual(['NOT_WRITABLE', EXIT.file]);
  });

  test('a failure at the end names the path and leaves no temporary file', async () => {
    const inside = emptyFolder();
    const path = join(inside, 'out.csv');
    const writer = await openCsvWriter(path, options);
    await writer.write(['number']);
    mkdirSync(path);
    const error = await errorOf(writer.commit());
    expect([error.code, error.exitCode]).toEqual(['IS_A_FOLDER', EXIT.file]);
    expect(error.message).toContain(path);
    expect(readdirSync(inside)).toEqual(['out.csv']);
  });
});

describe('appender', () => {
  test('pages are appended, and what was not confirmed before a crash is cut off', async () => {
    const path = join(emptyFolder(), 'all.csv');
    const first = await openCsvAppender(path, { ...options, withByteOrderMark: true });
    await first.write(['number', 'name;x']);
    await first.write(['1', '陳']);
    const confirmed = await first.sync();
    expect(confirmed).toBe(Buffer.byteLength('\uFEFFnumber,"name;x"\n1,陳\n'));
    await first.write(['2', 'lost in the crash']);
    await first.close();

    const second = await openCsvAppender(path, { ...options, withByteOrderMark: true, truncateToByte: confirmed });
    await second.write(['2', 'a;b']);
    expect(await second.sync()).toBe(statSync(path).size);
    await second.close();
    expect(readFileSync(path, 'utf8')).toBe('\uFEFFnumber,"name;x"\n1,陳\n2,a;b\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('truncated to nothing, the file begins anew with its mark and header', async () => {
    const path = join(emptyFolder(), 'all.csv');
    writeFileSync(path, 'half a hea');
    const appender = await openCsvAppender(path, { ...options, withByteOrderMark: true, truncateToByte: 0 });
    await appender.write(['a;b']);
    await appender.close();
    expect(readFileSync(path, 'utf8')).toBe('\uFEFF"a;b"\n');
  });

  test('a file shorter than what was confirmed is refused and stays as it is', async () => {
    const path = folder.file('number\n');
    const error = await errorOf(openCsvAppender(path, { ...options, truncateToByte: 100 }));
    expect([error.code, error.exitCode]).toEqual(['FILE_CHANGED', EXIT.file]);
    expect(readFileSync(path, 'utf8')).toBe('number\n');
    const missing = join(emptyFolder(), 'all.csv');
    expect((await errorOf(openCsvAppender(missing, { ...options, truncateToByte: 100 }))).code).toBe('FILE_CHANGED');
    expect(existsSync(missing)).toBe(false);
  });
});
