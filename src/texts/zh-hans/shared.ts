import type { Catalogue } from '../texts.ts';

export const shared: Catalogue['shared'] = {
  list: (items) => items.join('、'),
  or: (items) => items.join(' 或 '),
  sentences: (sentences) =>
    sentences
      .filter(Boolean)
      .reduce((text, sentence) => `${text}${text === '' || text.endsWith('。') ? '' : ' '}${sentence}`, ''),
  about: (column, text) => `${column}：${text}`,
  withoutStop: (text) => text.replace(/[.。]$/, ''),
  didYouMean: (name) => `是不是 ${name}？`,
  yes: ['yes', 'y', '是', '是的'],
  rows: (count) => `${count} 行`,
};
