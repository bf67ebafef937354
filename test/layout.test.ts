import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

const SOURCE = new URL('../src/', import.meta.url).pathname;
const TESTS = new URL('./', import.meta.url).pathname;

/** The tower: a room may import from the rooms below it, never from one above or beside it (same line). */
const TOWER: readonly (readonly string[])[] = [
  ['main'],
  ['cli'],
  ['run'],
  ['send'],
  ['plan'],
  ['intake'],
  ['report'],
  ['result'],
  ['settings'],
  ['calls'],
  ['stage'],
  ['job'],
  ['kybio', 'wonder'],
  ['ledger'],
  ['csv'],
  ['xlsx'],
  ['http'],
  ['sandbox'],
  ['base'],
  ['texts'],
];

/** The program, and what starts it where its modules are put together. */
const AT_TOP = ['launch.ts', 'main.ts'];

function mayImport(from: string, to: string): boolean {
  const floorOf = (room: string): number => TOWER.findIndex((rooms) => rooms.includes(room));
  return floorOf(from) >= 0 && floorOf(to) > floorOf(from);
}

type SourceFile = { readonly path: string; readonly folder: string; readonly text: string };

const files: readonly SourceFile[] = readdirSync(SOURCE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = relative(SOURCE, join(entry.parentPath, entry.name)).split(sep).join('/');
    return { path, folder: folderOf(path), text: readFileSync(join(SOURCE, path), 'utf8') };
  });

function folderOf(path: string): string {
  const [first = ''] = path.split('/');
  return AT_TOP.includes(first) ? 'main' : first;
}

/** Every module that the file names: imports, re-exports, dynamic imports. */
function importsOf({ text }: SourceFile): string[] {
  const named = text.matchAll(/(?:\bfrom |^import |\bimport\()'([^']+)'\)?;?/gm);
  return [...named].flatMap(([, module]) => module ?? []);
}

/** `src/calls/lane.ts` imports `../http/answer.ts` → `http`. */
function importedFolder(file: SourceFile, module: string): string {
  return folderOf(relative(SOURCE, new URL(module, `file://${join(SOURCE, file.path)}`).pathname));
}

/** The code without what is said about it, so that a comment may speak of anything. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"])\/\/.*$/gm, '$1');
}

describe('the layout of src', () => {
  test('has only the folders of the design, and the program beside them', () => {
    const rooms = TOWER.flat().filter((name) => name !== 'main');
    expect(readdirSync(SOURCE).sort()).toEqual([...rooms, ...AT_TOP].sort());
  });

  test('imports point downwards only, and never sideways', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((module) => module.startsWith('.'))
        .map((module) => importedFolder(file, module))
        .filter((folder) => folder !== file.folder && !mayImport(file.folder, folder))
        .map((folder) => `${file.path} imports from ${folder}`),
    );
    expect(wrong).toEqual([]);
  });

  test('relative imports name a .ts file, and everything else is Node or a dependency', () => {
    const { dependencies } = JSON.parse(readFileSync(join(SOURCE, '..', 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((module) => !(module.startsWith('.') ? module.endsWith('.ts') : isKnown(module)))
        .map((module) => `${file.path} imports ${module}`),
    );
    expect(wrong).toEqual([]);

    function isKnown(module: string): boolean {
      return (
        module.startsWith('node:') ||
        Object.keys(dependencies).some((name) => module === name || module.startsWith(`${name}/`))
      );
    }
  });

  test('only the program itself knows the process', () => {
    const wrong = files
      .filter(({ path }) => !AT_TOP.includes(path))
      .filter(({ text }) => /\bprocess\s*(\.|\?\.|\[)|\bnode:process\b/.test(withoutComments(text)))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  test('there are no barrels and no default exports', () => {
    const wrong = files.filter(
      ({ path, text }) =>
        /(^|\/)index\.ts$/.test(path) || /\bexport\s+default\b|\bas default\b/.test(withoutComments(text)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test('what is exported is used by another file', () => {
    const tests = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs)$/.test(path) && !path.startsWith('node_modules'))
      .map((path) => readFileSync(join(TESTS, path), 'utf8'));
    /** In how many files a word stands. */
    const fileCounts = new Map<string, number>();
    for (const text of [...files.map((file) => file.text), ...tests]) {
      const words = new Set(withoutComments(text).match(/[A-Za-z_$][\w$]*/g));
      for (const word of words) fileCounts.set(word, (fileCounts.get(word) ?? 0) + 1);
    }
    const wrong = files.flatMap(({ path, text }) => {
      const exported = text.matchAll(/^export (?:async )?(?:function\*?|const|class|type|interface) ([\w$]+)/gm);
      return [...exported].filter(([, name = '']) => fileCounts.get(name) === 1).map(([, name]) => `${path}: ${name}`);
    });
    expect(wrong).toEqual([]);
  });

  test('files are TypeScript and named in kebab-case', () => {
    const wrong = files.filter(({ path }) => !/^([a-z]+(-[a-z]+)*\/){0,2}[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/.test(path));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});
