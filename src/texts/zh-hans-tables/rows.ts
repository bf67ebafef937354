import type { Catalogue } from '../texts.ts';

export const rows: Catalogue['rows'] = {
  memberKeyBlank: (mayBeUid) => `没有填。请填会员号${mayBeUid ? '，或填 customerUid' : ''}。`,
  customerKeyBlank: (mayBeUuid) => `没有填。请填客户编号${mayBeUuid ? '，或填 uuid' : ''}。`,
  neededByWonder: '没有填，而 Wonder 需要它。请填写。',
  keyBlank: '没有填。请填会员号或 customerUid。',
  lookupKeyBlank: '没有填。请填写，或填 uuid。',

  changesNothing: (changeable, hasAmounts) =>
    `这一行没有要改的内容：已有会员只能改 ${changeable.join('、')}。请至少填一项${hasAmounts ? '；积分和余额请用 topup 增加' : ''}。`,
  noTarget: '这一行没有要改的内容：pointTarget 和 balanceTarget 都没有填。请填一项，或删除这一行。',
  addsNothing: '这一行没有要加的内容：pointIncrement 和 balanceIncrement 都没有填或为 0。请填一项，或删除这一行。',
  wrongColumnCount: (actual, expected) =>
    `这一行有 ${actual} 列，表头有 ${expected} 列：通常是少了引号，或多了分隔符。请更正这一行。`,
  wrongColumnCountEarlier:
    '之前的运行发现这一行的列数不对，结果文件里的这一行是截短或补齐过的。请更正各单元格，并清空 result_status。',
  duplicate: (column, value, rowNumber) =>
    `${column}：${value} 与第 ${rowNumber} 行重复。请只保留一行，或加上 --on-duplicate allow。`,
  duplicateReference: (column, value, rowNumber) =>
    `${column}：${value} 与第 ${rowNumber} 行重复。一个单号只入账一次：请只保留一行，或每行用自己的单号。`,

  swappedDate: (date) => `birthday：'${date}' 的日和月可能反了，这一列被电子表格改过。请把该列设为文本，再重新导出。`,

  workbookNumber: (column) =>
    `${column}：工作簿把它存成了超过 15 位的数字，后面的数字已丢失。请在原来的程序中把该列设为文本，再重新导出。`,
};
