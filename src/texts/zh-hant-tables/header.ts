import type { Catalogue } from '../texts.ts';

const PURPOSES = { members: '匯入 Kybio', customers: '匯入 Wonder', topup: '加積分與餘額', lookups: '查詢' };
const KINDS = { members: '會員檔案', customers: '客戶檔案', topup: '積分餘額檔案', lookups: '查詢檔案' };

function listed(header: readonly string[], more: number): string {
  return `${header.join('、')}${more > 0 ? ` 等，另有 ${more} 欄` : ''}`;
}

function meant(nearest: string | undefined): string {
  return nearest === undefined ? '' : `是不是 ${nearest}？`;
}

export const header: Catalogue['header'] = {
  mixedAmounts: (increment, target) => `檔案內既有要增加的數額（${increment}），又有要達到的數額（${target}）。`,
  mixedAmountsHint: (map) => `請分成兩個檔案，或用 --map 去掉一欄：${map}。`,
  unknownHeader: (text, names, more) => `對應檔內的欄名 ${text} 在檔案中沒有。檔案的欄：${listed(names, more)}。`,
  unknownHeaderHint: (nearest) => `${meant(nearest)}對應檔內的欄名要與檔案第一行完全一致。`,
  headerOften: (text, count) => `對應檔內的欄名 ${text} 在檔案中出現了 ${count} 次。`,
  headerOftenHint: '請為這些欄各改一個名稱。',
  unknownColumn: (text, wanted, kinds) =>
    `對應檔把 ${text} 對應到 ${wanted}，而${kinds.map((kind) => KINDS[kind]).join('或')}沒有這一欄。`,
  unknownColumnHint: (nearest, names) => `${meant(nearest)}可用的欄：${names.join('、')}。`,
  twoEqualHeaders: (column, name, places) =>
    `檔案內有兩欄都是 ${column}：兩欄的名稱都是 ${name}${places === undefined ? '' : `（左起第 ${places[0]} 欄和第 ${places[1]} 欄）`}。`,
  twoEqualHeadersHint: '請在檔案中為其中一欄改名。',
  twoHeaders: (column, first, second) => `檔案內有兩欄都是 ${column}：${first} 和 ${second}。`,
  twoHeadersHint: (map) => `請為其中一欄改名，或用 --map 指明以哪一欄為準：${map}。`,
  missingColumn: (needs, kind, names, more) =>
    `檔案缺少 ${needs.map((group) => group.join(' 或 ')).join('，以及 ')} 欄，${PURPOSES[kind]}需要它。檔案的欄：${listed(names, more)}。`,
  currentAmount: (name, map) =>
    `${name} 像是會員現有的數額，不是要增加的數額，所以沒有使用。如果它確實是要增加的數額，請用 --map 說明：${map}，或寫成 "balanceIncrement"。`,
  nearColumn: (column, name, map) => `${name} 是不是指 ${column}？請改欄名，或用 --map 指定一個內容為 ${map} 的檔案。`,
  nameTheColumn: (column, isNoHeader) =>
    `${isNoHeader ? '檔案第一行必須是欄名。' : ''}可以用 memberload map <file> 產生對應檔，或用 --map 指定一個內容為 {"columns": {"<你的欄名>": "${column}"}} 的檔案。`,
  singleCell: (separator) =>
    `第一行只有一個儲存格，內有 '${separator}'：它是分隔符號嗎？如果是，請加上 --delimiter '${separator}'。如果每一整行都在引號內，請去掉引號後重新匯出。`,
  singleCellForeign: (separator) =>
    `第一行只有一個儲存格，內有 ${separator}，它不是 CSV 的分隔符號。請用逗號或定位字元重新匯出，存為 "CSV UTF-8" 或 .xlsx。`,

  unknownField: (column, vendor) =>
    `--columns：${vendor === 'kybio' ? 'Kybio 會員' : 'Wonder 客戶'}沒有 '${column}' 這個欄位。`,
  unknownFieldHint: (nearest, known) => (nearest ? meant(nearest) : `可用的欄位：${known.join('、')}。`),
};
