import type { Catalogue } from '../texts.ts';

type Example = { readonly value: string; readonly rowNumber: number };

function shown(examples: readonly Example[]): string {
  return examples.map(({ value, rowNumber }) => `第 ${rowNumber} 行 ${value}`).join('、');
}

export const columns: Catalogue['columns'] = {
  finding: (column, cellCount, examples, problem) => `${column}：${cellCount} 个单元格（${shown(examples)}）${problem}`,
  shortened: '被电子表格缩写了，后面的数字已丢失。请在原来的程序中把该列设为文本，再重新导出。',
  pointZero: '被某个程序当成小数，加上了 .0；开头的 0 和较长的编号可能也已损坏。请把该列设为文本，再重新导出。',
  errors: '是电子表格的报错，不是真正的值。请加宽该列或修正公式，再重新导出。',

  rounded:
    '从第 16 位起全是 0，多得不像巧合：编号被电子表格改过。请把该列设为文本，再重新导出；如果编号本来就是这样，请在配置文件中设置 trustRoundIds。',
  lostZeros: (digits) =>
    `不足 ${digits} 位，而多数编号有 ${digits} 位：如果原来以 0 开头，就是被电子表格去掉了。请对照原始数据，并把该列按文本导出。`,
  lostPlus: '看起来带国家区号，却没有 +：电子表格会去掉 +。需要时请把 + 补上。',

  serialDates: '是电子表格的日期序号。请在表格中把该列设为 yyyy-mm-dd 格式，再重新导出。',
  swappedDates: (dayFirst) =>
    `的「日」都不超过 12，而其他单元格是日在前（${shown(dayFirst)}）：电子表格把日和月读反了。请把该列设为文本，再重新导出。`,
  lowDays: '的「日」都不超过 12：电子表格可能把日和月读反了。请抽几个对照原始数据。',
  mixedDates: (dayFirst) =>
    `是月在前，其他的是日在前（${shown(dayFirst)}）：没有一种 --date-format 适合全部。请把该列设为文本，再重新导出。`,
  sameDate: '是同一个日期，人数太多，可能表示「不知道」。不知道生日时请留空。',

  signsLost: (column, before, now) =>
    `${column}：生成这个结果时，${before[1]} 个值中有 ${before[0]} 个以 0 或 + 开头，现在 ${now[1]} 个中只有 ${now[0]} 个：文件被电子表格打开并保存过。请使用原来的结果文件，打开时把该列设为文本，或把结果写成 .xlsx。`,
  signLost: (column, value) =>
    `${column}：${value} 开头的 0 或 + 可能丢了，这一列的其他值就是这样。请写回原样；如果确实都没有丢，请加上 --ignore-results。`,

  readAs: (column, from, to) => `${column}：${from} 按 ${to} 读取。`,
  uidIgnored: (column, value) => `${column}：${value} 已损坏，没有使用；这一行以会员号为准。`,

  repairs: {
    blanks: '去掉了值前后的空格',
    invisible: '去掉了看不见的字符',
    apostrophe: "去掉了开头的 '",
    formula: '把公式 ="…" 读成了文本',
    width: '把全角或组合字符改成了普通字符',
  },
  repaired: (column, cellCount, repair, rowNumber, change) =>
    `${column}：${cellCount} 个单元格${repair}（第 ${rowNumber} 行${change ? `，${change[0]} 改为 ${change[1]}` : ''}）。`,
  noCountry: (column, count, phoneCount, { value, rowNumber }) => {
    const phones = phoneCount === undefined ? `${count} 个号码` : `${phoneCount} 个号码中有 ${count} 个`;
    return `${column}：${phones}没有国家区号，例如第 ${rowNumber} 行的 ${value}，将照原样发送。请加上 --country 或 dial_code 列，或在号码前写 +852。`;
  },
  uidsIgnored: (column, rowCount, { value, rowNumber }) =>
    `${column}：${rowCount} 行的编号已损坏，例如第 ${rowNumber} 行的 ${value}。这些行以会员号为准。`,
};
