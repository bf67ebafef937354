import { readdirSync, readFileSync } from 'node:fs';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { englishIn } from './english-words.ts';

const TEXTS = new URL('../../src/texts/', import.meta.url).pathname;

type Literal = { readonly where: string; readonly text: string };

/** Every string and template of the folders of a language, a template without what is filled in. */
function literalsOf(language: string): Literal[] {
  const folders = readdirSync(TEXTS).filter((name) => name.startsWith(language));
  const files = folders.flatMap((folder) => readdirSync(`${TEXTS}${folder}`).map((name) => `${folder}/${name}`));
  return files.flatMap((file) => {
    const code = readFileSync(`${TEXTS}${file}`, 'utf8').replace(/^import .*$|\/\*\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    return scan(code, 0).literals.map((text) => ({ where: file, text }));
  });
}

/** The literals of code up to the brace that closes it, each with those that stand within its `${…}` behind it. */
function scan(code: string, from: number): { literals: string[]; end: number } {
  const literals: string[] = [];
  let depth = 0;
  let at = from;
  for (; at < code.length; at += 1) {
    const character = code[at];
    if (character === '{') depth += 1;
    if (character === '}' && depth-- === 0) break;
    if (character === "'" || character === '"') {
      const end = code.indexOf(character, at + 1);
      literals.push(code.slice(at + 1, end));
      at = end;
    }
    if (character === '`') {
      let text = '';
      for (at += 1; code[at] !== '`'; at += 1) {
        if (!code.startsWith('${', at)) {
          text += code[at];
          continue;
        }
        const inner = scan(code, at + 2);
        literals.push(...inner.literals);
        text += '\u0000';
        at = inner.end;
      }
      literals.push(text);
    }
  }
  return { literals, end: at };
}

describe.each([
  ['zh-hans', 'gb2312'],
  ['zh-hant', 'big5hkscs'],
])('the texts in %s', (folder, encoding) => {
  const literals = literalsOf(folder);

  test('are many', () => {
    expect(literals.length).toBeGreaterThan(400);
  });

  test('have no English words but codes, columns, flags, commands and names', () => {
    // Without a Chinese character a short literal is a value of the code, and a long one a text that was forgotten.
    const told = literals.filter(({ text }) => /\p{Script=Han}/u.test(text) || text.split(' ').length > 2);
    const wrong = told.flatMap(({ where, text }) => englishIn(text).map((words) => `${where} ${words}: ${text}`));
    expect(wrong).toEqual([]);
  });

  test(`have only characters of ${encoding}: none of the other script`, () => {
    const isForeign = (character: string): boolean => iconv.encode(character, encoding).toString('latin1') === '?';
    const wrong = literals.flatMap(({ where, text }) =>
      [...(text.match(/\p{Script=Han}/gu) ?? [])].filter(isForeign).map((character) => `${where} ${character}`),
    );
    expect(wrong).toEqual([]);
  });

  test('leave “ and ” to the words of a vendor, which the ledger looks for', () => {
    expect(literals.filter(({ text }) => /[“”]/.test(text))).toEqual([]);
  });

  test('have no half-width comma, colon or full stop beside a Chinese character', () => {
    const wrong = literals.filter(({ text }) => /\p{Script=Han}[,.:;!?]|[,;!?]\p{Script=Han}/u.test(text));
    expect(wrong).toEqual([]);
  });
});
