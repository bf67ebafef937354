import type { Catalogue } from '../texts.ts';

export const cells: Catalogue['cells'] = {
  tooManyDigits: (value) => `${value} 的整數或小數部分超過 30 位。`,
  notAPercentage: (value) => `${value} 不在 0 至 100 之間。90 表示會員付 90%，即九折。`,
  notADecimal: (value, suggestion) => `${value} 不是有效的數字。${suggestion}`,
  write: (value) => `請寫成 ${value}。`,
  writeAPercentage: '九折請寫 90。',
  writeADecimal: '只寫數字和小數點，例如 12.50。',
  shortenedAmount: '試算表把這個數字縮寫了。請把該欄設為顯示全部位數的數字格式，再重新匯出。',
  commaOfWhat: (thousands, decimals) => `逗號若是千位分隔符，請寫 ${thousands}；若是小數點，請寫 ${decimals}。`,
};
