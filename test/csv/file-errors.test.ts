import { expect, test } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import { readingError, writingError } from '../../src/csv/file-errors.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: it failed`), { code });

test.each([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EACCES', 'NOT_WRITABLE'],
  ['EROFS', 'NOT_WRITABLE'],
  ['ENOENT', 'FOLDER_NOT_FOUND'],
  ['EIO', 'NOT_WRITABLE'],
])('%s while writing is told as %s, with the path and what to do', (code, ours) => {
  const error = writingError('/data/out.csv', systemError(code));
  expect([error.code, error.exitCode]).toEqual([ours, EXIT.file]);
  expect(error.message).toContain('/data/out.csv');
  expect(error.hint).toContain('-o');
  expect(error.cause).toMatchObject({ code });
});

test.each([
  ['ENOENT', 'FILE_NOT_FOUND'],
  ['EACCES', 'NOT_READABLE'],
  ['EISDIR', 'IS_A_FOLDER'],
  ['EIO', 'NOT_READABLE'],
])('%s while reading is told as %s', (code, ours) => {
  const error = readingError('/data/in.csv', systemError(code));
  expect([error.code, error.exitCode]).toEqual([ours, EXIT.file]);
  expect(error.message).toContain('/data/in.csv');
});
