import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { RESULT_COLUMNS } from '../../src/job/columns.ts';
import { ACTIONS } from '../../src/result/run-document.ts';
import { PAGES, pageOf, ROOT } from './pages.ts';
import { generatedMarks, requiredMarks, withGeneratedParts } from './tables.ts';

/*
 * After a change of the code's tables:
 * UPDATE_DOCS=1 npx vitest run --config test/vitest.config.ts docs/generated, and read the difference.
 */
describe('the pages say what the code has', () => {
  test.each(PAGES)('$path: its generated parts are as the code makes them', ({ path, text }) => {
    const wanted = withGeneratedParts(text);
    if (process.env.UPDATE_DOCS !== undefined) writeFileSync(join(ROOT, path), wanted);
    else expect(text).toBe(wanted);
  });

  test('every table of the code stands in one page', () => {
    const marks = PAGES.flatMap(({ text }) => generatedMarks(text));
    expect(requiredMarks().filter((mark) => !marks.includes(mark))).toEqual([]);
    expect(marks.filter((mark, index) => marks.indexOf(mark) !== index)).toEqual([]);
  });

  test.each(COMMANDS.map(({ name }) => name))('the command %s is shown in an example', (name) => {
    const examples = PAGES.flatMap(({ text }) => text.match(/^ *(npx )?memberload [a-z]+/gm) ?? []);
    expect(examples.map((line) => line.trim().split(' ').at(-1))).toContain(name);
  });

  test('the errorCodes of errors.md are those of the code', () => {
    const page = pageOf('samples/manual/errors.md').text;
    const told = [...page.matchAll(/^\| `([A-Z][A-Z_]+)(?:_<status>)?` \|/gm)].map(([, errorCode = '']) => errorCode);
    const source = sourceText();
    expect(told.filter((errorCode) => !new RegExp(`['\`]${errorCode}\\b`).test(source))).toEqual([]);
    const used = [...source.matchAll(/\berrorCode: '([A-Z][A-Z_]+)'/g)].map(([, errorCode = '']) => errorCode);
    expect([...new Set(used)].filter((errorCode) => !told.includes(errorCode))).toEqual([]);
  });

  test.each(Object.values(EXIT))('README tells the exit code %i', (exitCode) => {
    expect(pageOf('README.md').text).toMatch(new RegExp(`^\\| ([0-9]+, )*${exitCode}(, [0-9]+)* \\|`, 'm'));
  });

  test.each(RESULT_COLUMNS)('results.md tells the column result_%s', (name) => {
    expect(pageOf('samples/manual/results.md').text).toContain(`\`result_${name}\``);
  });

  test.each(ACTIONS)('results.md tells the action %s', (action) => {
    expect(pageOf('samples/manual/results.md').text).toContain(`\`${action}\``);
  });
});

/** All of src but the sandbox, which has codes of the vendors. */
function sourceText(): string {
  const source = join(ROOT, 'src');
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).startsWith(join(source, 'sandbox')))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}
