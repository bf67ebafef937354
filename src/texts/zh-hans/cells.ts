import type { Catalogue } from '../texts.ts';

export const cells: Catalogue['cells'] = {
  tooManyDigits: (value) => `${value} 的整数或小数部分超过 30 位。`,
  notAPercentage: (value) => `${value} 不在 0 到 100 之间。90 表示会员付 90%，即九折。`,
  notADecimal: (value, suggestion) => `${value} 不是有效的数字。${suggestion}`,
  write: (value) => `请写成 ${value}。`,
  writeAPercentage: '九折请写 90。',
  writeADecimal: '只写数字和小数点，例如 12.50。',
  shortenedAmount: '电子表格把这个数缩写了。请把该列设为显示全部位数的数字格式，再重新导出。',
  commaOfWhat: (thousands, decimals) => `逗号若是千位分隔符，请写 ${thousands}；若是小数点，请写 ${decimals}。`,
};
