import type { Catalogue } from '../texts.ts';

/** What a row would become. */
const ACTIONS: Readonly<Record<string, string>> = {
  created: '新增',
  updated: '更新',
  topped_up: '入账',
  upserted: '新增或更新',
};

export const plan: Catalogue['plan'] = {
  changes: (row, key, action, fields) => `第 ${row} 行 ${key}（${ACTIONS[action] ?? action}）：${fields.join('，')}`,
  allInDiff: '… 全部写在 -o 的文件里',
  othersInDiff: '… 其余的请用 -o diff.csv 查看',
  lookupFailed: (errorCode) => `查询失败（${errorCode}），无法做出计划。`,
  lookupFailedHint: (isRefused) =>
    `什么都没有写入。${isRefused ? '对方不接受账户凭证：请更正后再输入同一条命令。' : '请再试一次。'}`,

  categoriesUnread: (errorCode) => `无法读取会员分类：${errorCode}。`,
  categoriesUnreadHint: '什么都没有写入。请再试一次，或去掉 --change-category。',
  unknownCategories: (names) =>
    `categoryName：账户没有这些会员分类：${names
      .map(({ name, nearest }) => (nearest ? `'${name}'（是不是 '${nearest}'？）` : `'${name}'`))
      .join('、')}。`,
  unknownCategoriesHint: (categories) => `什么都没有写入。现有的分类：${categories.join('、') || '无'}。`,

  othersToday: (atVendor, counted) =>
    `今天还有别的程序或别的 MEMBERLOAD_HOME 在用这个账户：Kybio 计了 ${atVendor} 次调用，这里只计了 ${counted} 次。`,
  adviceOnOthers: (count) =>
    `有 ${count} 次调用是别处发出的：别的程序，或看不到的另一个 MEMBERLOAD_HOME。请用 --reserve ${count} 给它们留额度，并且不要把同一个积分余额文件交给两边。`,

  pagesTurn: (call) => `${call} 返回了读过的一页：翻页在原地打转。`,
  pagesTurnHint: '没有继续读取。请稍后再试；用 --lookup rows 则不需要翻页。如果一直这样，请告知对方。',
  pageFailed: (call, errorCode, detail) => `${call} 失败（${errorCode}）：${detail}。`,
  pageFailedHint: '已发送的内容都有记录。继续请输入：memberload resume',

  probing: (pageCount) =>
    `先${pageCount === 1 ? '读取 1 页' : `最多读取 ${pageCount} 页`}会员，看看翻页和逐个查询哪种用的调用更少。`,
  readingPages: (rowCount) => `按页读取会员：比 ${rowCount} 行逐个查询用的调用少。`,
  readingPagesToSkip: (rowCount) => `按页读取会员：${rowCount} 行中原本就一致的不用再写入。`,

  price: ({ total, readCount, isAtMost, quota, finishes }) => {
    const parts = [
      ...(readCount > 0 ? [`读取 ${readCount} 次`] : []),
      ...(total > readCount ? [`写入 ${total - readCount} 次`] : []),
    ].join('，');
    const left = quota && `今天还剩 ${quota.left} 次（共 ${quota.of} 次），需要 ${quota.days ?? '?'} 天。`;
    return `${isAtMost ? '最多' : ''}需要 ${total} 次调用${parts === '' ? '' : `（${parts}）`}。${left ?? ''}${
      finishes === undefined ? '' : `预计 ${finishes} 完成。`
    }`;
  },
};
