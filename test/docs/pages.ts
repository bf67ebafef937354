import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export type Page = {
  /** Under the project's folder, with `/`. */
  readonly path: string;
  readonly text: string;
};

/** The topics of `memberload help`: the names of the manual's pages. */
export const TOPICS: readonly string[] = readdirSync(join(ROOT, 'samples', 'manual'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.replace(/\.md$/, ''))
  .sort();

/** What users read: README, the guided tour, the manual. */
export const PAGES: readonly Page[] = [
  'README.md',
  'samples/README.md',
  ...TOPICS.map((topic) => `samples/manual/${topic}.md`),
].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

export function pageOf(path: string): Page {
  const page = PAGES.find((candidate) => candidate.path === path);
  if (page === undefined) throw new Error(`There is no page ${path}.`);
  return page;
}

export function withoutBlocks({ text }: Page): string {
  return text.replace(/^ *```[\s\S]*?^ *```/gm, '');
}

export function headingsOf(page: Page): string[] {
  return [...withoutBlocks(page).matchAll(/^#{1,4} (.+)$/gm)].map(([, text = '']) => text);
}

/** As GitHub makes them. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
