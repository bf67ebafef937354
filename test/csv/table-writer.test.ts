import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import type { CsvDialect } from '../../src/csv/format-csv.ts';
import { openTableAppender } from '../../src/csv/open-table-appender.ts';
import { openTableWriter } from '../../src/csv/open-table-writer.ts';
import { csvFolder, errorOf, excelDialect, readAll } from './csv-folder.ts';

const folder = csvFolder();
const options: CsvDialect = { delimiter: ',', lineEnding: '\n', withByteOrderMark: false, raw: false };
const openWriter = (path: string, dialect = options, mayReplace = true) =>
  openTableWriter({ path, mayReplace }, dialect);

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
    const writer = await openWriter(path, { ...options, lineEnding: '\r\n', withByteOrderMark: true });
    await writer.writeBlock([['number', 'name']]);
    await writer.writeBlock([['1', '=陳']]);
    expect(existsSync(path)).toBe(false);
    await writer.commit();
    expect(readFileSync(path, 'utf8')).toBe("\uFEFFnumber,name\r\n1,'=陳\r\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['out.csv']);
  });

  test('while it is written, the temporary file lies beside it and is private', async () => {
    const path = join(emptyFolder(), 'out.csv');
    const writer = await openWriter(path, options);
    const [name = ''] = readdirSync(join(path, '..'));
    expect(name).toMatch(/^\.out\.csv\.[0-9a-f]{12}\.part$/);
    expect(statSync(join(path, '..', name)).mode & 0o777).toBe(0o600);
    await writer.abort();
  });

  test('what a killed command left of the same file goes, and what may still be written stays', async () => {
    const folder = emptyFolder();
    const [old, fresh, other] = [
      join(folder, '.out.csv.0123456789ab.part'),
      join(folder, '.out.csv.ba9876543210.part'),
      join(folder, '.out.csv.mine.part'),
    ];
    for (const path of [old, fresh, other]) writeFileSync(path, 'members');
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    for (const path of [old, other]) utimesSync(path, hoursAgo, hoursAgo);
    await (await openWriter(join(folder, 'out.csv'), options)).abort();
    expect([existsSync(old), existsSync(fresh), existsSync(other)]).toEqual([false, true, true]);
  });

  test('aborting leaves the earlier file as it was and nothing else', async () => {
    const path = join(emptyFolder(), 'out.csv');
    writeFileSync(path, 'before');
    const writer = await openWriter(path, options);
    await writer.writeBlock([['number']]);
    await writer.abort();
    await writer.abort();
    expect(readdirSync(join(path, '..'))).toEqual(['out.csv']);
    expect(readFileSync(path, 'utf8')).toBe('before');
  });

  test('a committed file replaces the earlier one, and aborting afterwards does nothing', async () => {
    const path = join(emptyFolder(), 'out.csv');
    writeFileSync(path, 'before');
    const writer = await openWriter(path, options);
    await writer.writeBlock([['number']]);
    await writer.commit();
    await writer.abort();
    expect(readFileSync(path, 'utf8')).toBe('number\n');
  });

  test('a symbolic link stays one', async () => {
    const inside = emptyFolder();
    writeFileSync(join(inside, 'target.csv'), 'before');
    symlinkSync('target.csv', join(inside, 'link.csv'));
    const writer = await openWriter(join(inside, 'link.csv'), options);
    await writer.writeBlock([['number']]);
    await writer.commit();
    expect(readFileSync(join(inside, 'target.csv'), 'utf8')).toBe('number\n');
    expect(readdirSync(inside)).toEqual(['link.csv', 'target.csv']);
  });

  test('rows keep their order when the caller waits for none of them', async () => {
    const path = join(emptyFolder(), 'out.csv');
    const writer = await openWriter(path, options);
    const writes: unknown[] = [];
    for (let row = 0; row < 60_000; row += 1) writes.push(writer.writeBlock([[`${row}`, 'some text']]));
    await Promise.all(writes);
    await writer.commit();
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.length).toBe(60_001);
    expect(lines.slice(0, -1).every((line, row) => line === `${row},some text`)).toBe(true);
  });

  test('a name as long as a file system takes is written', async () => {
    const path = join(emptyFolder(), `${'會'.repeat(80)}.csv`);
    const writer = await openWriter(path, options);
    await writer.writeBlock([['number']]);
    await writer.commit();
    expect(readFileSync(path, 'utf8')).toBe('number\n');
  });

  test('a folder, a missing folder and a device are refused before anything is written', async () => {
    const inside = emptyFolder();
    expect((await errorOf(openWriter(inside, options))).code).toBe('IS_A_FOLDER');
    const missing = await errorOf(openWriter(join(inside, 'none', 'out.csv'), options));
    expect([missing.code, missing.exitCode]).toEqual(['FOLDER_NOT_FOUND', EXIT.file]);
    expect((await errorOf(openWriter('/dev/null', options))).code).toBe('NOT_A_FILE');
    expect(readdirSync(inside)).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('a folder without permission is told with a hint', async () => {
    const inside = emptyFolder();
    chmodSync(inside, 0o500);
    const error = await errorOf(openWriter(join(inside, 'out.csv'), options));
    expect([error.code, error.exitCode]).toEqual(['NOT_WRITABLE', EXIT.file]);
  });

  test('a failure at the end names the path and leaves no temporary file', async () => {
    const inside = emptyFolder();
    const path = join(inside, 'out.csv');
    const writer = await openWriter(path, options);
    await writer.writeBlock([['number']]);
    mkdirSync(path);
    const error = await errorOf(writer.commit());
    expect([error.code, error.exitCode]).toEqual(['IS_A_FOLDER', EXIT.file]);
    expect(error.message).toContain(path);
    expect(readdirSync(inside)).toEqual(['out.csv']);
  });

  test('a file that is there is replaced only when the caller may', async () => {
    const path = folder.file('before');
    expect((await errorOf(openWriter(path, options, false))).code).toBe('FILE_EXISTS');

    const inside = emptyFolder();
    const writer = await openWriter(join(inside, 'out.csv'), options, false);
    await writer.writeBlock([['number']]);
    writeFileSync(join(inside, 'out.csv'), 'came meanwhile');
    expect((await errorOf(writer.commit())).code).toBe('FILE_EXISTS');
    expect(readFileSync(join(inside, 'out.csv'), 'utf8')).toBe('came meanwhile');
    expect(readdirSync(inside)).toEqual(['out.csv']);
  });

  test('the digest is recorded before the file has its name, and a failure there leaves no file', async () => {
    const inside = emptyFolder();
    const path = join(inside, 'out.csv');
    const writer = await openWriter(path);
    await writer.writeBlock([['number']]);
    let recorded = '';
    const { sha256 } = await writer.commit(async (digest) => {
      recorded = digest;
      expect(existsSync(path)).toBe(false);
    });
    expect(recorded).toBe(createHash('sha256').update('number\n').digest('hex'));
    expect(sha256).toBe(recorded);

    const failing = await openWriter(join(inside, 'other.csv'));
    await failing.writeBlock([['number']]);
    await expect(failing.commit(() => Promise.reject(new Error('ledger lost')))).rejects.toThrow('ledger lost');
    expect(readdirSync(inside)).toEqual(['out.csv']);
  });

  test('a link to nothing is refused', async () => {
    const inside = emptyFolder();
    symlinkSync('none.csv', join(inside, 'link.csv'));
    expect((await errorOf(openWriter(join(inside, 'link.csv')))).code).toBe('NOT_A_FILE');
    expect(readdirSync(inside)).toEqual(['link.csv']);
  });

  test('rows go to a stream, and a closed one is told', async () => {
    const chunks: Buffer[] = [];
    const stream = new Writable({
      write(chunk, _, done) {
        chunks.push(chunk);
        done();
      },
    });
    const writer = await openTableWriter({ stream, name: 'stdout' }, options);
    await writer.writeBlock([['number'], ['1']]);
    await writer.commit();
    expect(Buffer.concat(chunks).toString()).toBe('number\n1\n');

    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const other = await openTableWriter({ stream: broken, name: 'stdout' }, options);
    expect((await errorOf(other.writeBlock([['number']]))).message).toContain('stdout cannot be written');
  });

  test('for Excel, what Excel would change is written as a text formula, and read back', async () => {
    const path = join(emptyFolder(), 'excel.csv');
    const rows = [
      ['number', 'phone', 'birthday', 'point'],
      ['00123', '+85291234567', '1990-01-05', '12.50'],
      ['800900000012345678', '91234567', '1E5', '=1+1'],
    ];
    const writer = await openWriter(path, excelDialect(','));
    await writer.writeBlock(rows);
    await writer.commit();
    expect(readFileSync(path, 'utf8')).toBe(
      '\uFEFFnumber,phone,birthday,point\r\n' +
        '"=""00123""","=""+85291234567""","=""1990-01-05""",12.50\r\n' +
        '"=""800900000012345678""",91234567,"=""1E5""",\'=1+1\r\n',
    );
    expect((await readAll(path)).rows.map((row) => row.cells)).toEqual(rows.slice(1));
  });
});

describe('appender', () => {
  test('pages are appended, and what was not confirmed before a crash is cut off', async () => {
    const path = join(emptyFolder(), 'all.csv');
    const first = await openTableAppender(path, { ...options, withByteOrderMark: true });
    await first.writeBlock([['number', 'name;x']]);
    await first.writeBlock([['1', '陳']]);
    const confirmed = await first.sync();
    expect(confirmed).toBe(Buffer.byteLength('\uFEFFnumber,"name;x"\n1,陳\n'));
    await first.writeBlock([['2', 'lost in the crash']]);
    await first.close();

    const second = await openTableAppender(path, { ...options, withByteOrderMark: true }, confirmed);
    await second.writeBlock([['2', 'a;b']]);
    expect(await second.sync()).toBe(statSync(path).size);
    await second.close();
    expect(readFileSync(path, 'utf8')).toBe('\uFEFFnumber,"name;x"\n1,陳\n2,a;b\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('truncated to nothing, the file begins anew with its mark and header', async () => {
    const path = join(emptyFolder(), 'all.csv');
    writeFileSync(path, 'half a hea');
    const appender = await openTableAppender(path, { ...options, withByteOrderMark: true }, 0);
    await appender.writeBlock([['a;b']]);
    await appender.close();
    expect(readFileSync(path, 'utf8')).toBe('\uFEFF"a;b"\n');
  });

  test('a file shorter than what was confirmed is refused and stays as it is', async () => {
    const path = folder.file('number\n');
    const error = await errorOf(openTableAppender(path, options, 100));
    expect([error.code, error.exitCode]).toEqual(['FILE_CHANGED', EXIT.file]);
    expect(readFileSync(path, 'utf8')).toBe('number\n');
    const missing = join(emptyFolder(), 'all.csv');
    expect((await errorOf(openTableAppender(missing, options, 100))).code).toBe('FILE_CHANGED');
    expect(existsSync(missing)).toBe(false);
  });
});
