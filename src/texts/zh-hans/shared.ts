import type { Catalogue } from '../texts.ts';

export const shared: Catalogue['shared'] = {
  list: (items) => items.join('、'),
  or: (items) => items.join(' 或 '),
  sentences: (sentences) =>
    sentences
      .filter(Boolean)
      .reduce((text, sentence) => `${text}${text === '' || text.endsWith('。') ? '' : ' '}${sentence}`, ''),
  about: (column, text) => `${column}：${text}`,
  rows: (count) => `${count} 行`,
};
