import type { Catalogue } from '../texts.ts';

function delimiterName(delimiter: string): string {
  return delimiter === '\t' ? '定位字元' : ` '${delimiter}' `;
}

const SAVE_AGAIN = '請用 Excel 開啟，另存為 .xlsx 或 "CSV UTF-8（逗號分隔）"，再使用那個檔案。';
const GIVE_A_TABLE = '請使用 CSV 或 .xlsx 檔案。';
const UNPACK = '請先解壓縮。';

export const files: Catalogue['files'] = {
  notFound: (path) => `${path}：沒有這個檔案。`,
  notFoundHint: '請檢查路徑和拼寫。',
  notReadable: (path) => `${path}：沒有讀取權限。`,
  notReadableHint: '請開放檔案的讀取權限。',
  unreadable: (path, why) => `${path} 無法讀取：${why}。`,
  unreadableHint: '請檢查磁碟或網絡共用，或把檔案複製到本機。',
  diskFull: (path) => `${path}：磁碟或配額已滿。`,
  diskFullHint: '請騰出空間，或用 -o 寫到別處。',
  notWritable: (path) => `${path}：沒有寫入權限。`,
  notWritableHint: '請開放所在資料夾的寫入權限，或用 -o 寫到別處。',
  noFolder: (path) => `${path}：所在的資料夾不存在。`,
  noFolderHint: '請先建立資料夾，或用 -o 寫到別處。',
  unwritable: (path, why) => `${path} 無法寫入：${why}。`,
  unwritableHint: '請檢查磁碟，或用 -o 寫到別處。',
  isFolder: (path) => `${path} 是資料夾。`,
  isFolderHint: '請指定一個檔案。',
  deadLink: (path) => `${path} 是失效的連結。`,
  deadLinkHint: '請刪除連結，或寫到另一個檔案。',
  held: (path) => `${path} 正被其他程式（例如 Excel）開啟。`,
  heldHint: '請先在那裏關閉，或用 -o 指定另一個檔案。',
  exists: (path) => `${path} 已經存在。`,
  existsHint: '請用 -o 指定另一個檔案。',
  notRegular: (path) => `${path} 不是普通檔案。`,
  notRegularHint: '請用 -o 寫到一個檔案。',
  inputChanged: (path) => `${path} 在讀取期間被改動了。`,
  inputChangedHint: '請等寫入檔案的程式完成，在其他程式中關閉檔案，然後再執行。',
  outputChanged: (path, byteCount, expected) => `${path} 有 ${byteCount} 位元組，而之前寫入了 ${expected} 位元組。`,
  outputChangedHint: '檔案被改動或刪除了，請重新匯出。',

  kinds: {
    oldWorkbook: [
      '舊版 Excel 活頁簿（.xls），或有密碼的活頁簿',
      '請用 Excel 開啟，另存為沒有密碼的 .xlsx，再使用那個檔案。',
    ],
    veryOldWorkbook: ['很舊的 Excel 活頁簿（.xls）', SAVE_AGAIN],
    pdf: ['PDF 檔案', GIVE_A_TABLE],
    gzip: ['壓縮檔（gzip）', UNPACK],
    rar: ['RAR 壓縮檔', UNPACK],
    sevenZip: ['7z 壓縮檔', UNPACK],
    sqlite: ['SQLite 資料庫', GIVE_A_TABLE],
    pem: ['金鑰或憑證（PEM）', GIVE_A_TABLE],
    picture: ['圖片', GIVE_A_TABLE],
    webPage: ['網頁（HTML 或 XML），不論檔名怎樣寫', SAVE_AGAIN],
    binaryWorkbook: ['二進位活頁簿（.xlsb）', '請用 Excel 開啟，另存為 .xlsx，再使用那個檔案。'],
    openDocument: ['OpenDocument 檔案（.ods）', '請開啟它，另存為 .xlsx，再使用那個檔案。'],
    zip: ['zip 壓縮檔，不是 .xlsx 活頁簿', '請先解壓縮，再使用裏面的 CSV 或 .xlsx 檔案。'],
  },
  notATable: (name, what) => `${name} 是${/^\w/.test(what) ? ' ' : ''}${what}。`,

  badDelimiter: (delimiter) => `分隔符號 '${delimiter}' 不能用。`,
  badDelimiterHint: "請用一個 ASCII 符號，例如 ','、';'、'|' 或 'tab'。",
  wrongDelimiter: (name, told, isOneColumn, best) =>
    `${name}：按${delimiterName(told)}分隔時，各行與標題列對不上：${isOneColumn ? '標題列只有一欄' : '多數行的欄數不同'}。按${delimiterName(best)}分隔則對得上。`,
  wrongDelimiterHint: (best) => `請去掉 --delimiter，或寫 --delimiter ${best === '\t' ? 'tab' : `'${best}'`}。`,

  sepLine: (sep, delimiter) => `第一行 sep=${sep} 的意思是：按${delimiterName(delimiter)}分隔。`,
  headerBelow: (lineNumber, skipped) => `標題列在第 ${lineNumber} 行，上面的 ${skipped} 行沒有使用。`,
  blankRows: (count) => `${count} 個空行沒有使用。`,
  textFormulas: (count) => `${count} 個形如 ="00123" 或 =8009000501 的儲存格已按文字讀取，去掉了公式。`,
  isEmpty: (name) => `${name} 是空檔案。`,
  isEmptyHint: '請使用有標題列和資料行的檔案。',
  noHeaderRow: (name, line) => `${name}：--header-row 指定的第 ${line} 行不是一行的開頭。`,
  noHeaderRowHint: '請由 1 開始數行號，或去掉 --header-row。',
  line: (name, line) => `${name} 第 ${line} 行`,
  row: (name, row) => `${name} 第 ${row} 行`,
  lineAndColumn: (name, line, column) => `${name} 第 ${line} 行第 ${column} 欄`,
  blankHeader: (place) => `${place}：沒有一欄有名稱。`,
  blankHeaderHint: '請在第一行為每欄寫上名稱。',
  noHeader: (place, names) => `${place}：第一行像是資料：${names.join('、')}。`,
  noHeaderHint: '請在最上面加一行欄名。',

  nameNotShown: (length) => `一個 ${length} 個字元的名稱（可能是密鑰，不顯示）`,
  oneWordHeader: (place, length) =>
    `${place}：第一行沒有欄名，只有一個 ${length} 個字元的詞。它可能是金鑰，所以不在這裏顯示。`,
  oneWordHeaderHint: '請確認檔案沒有拿錯。如果是名單，請在最上面加一行欄名。',

  unclosedQuote: (place) => `${place}：這裏開始的引號沒有結束。`,
  unclosedQuoteHint: '請補上結束的引號，或去掉它；引號內的儲存格裏，引號要寫兩次。',
  quoteInCell: (place) => `${place}：儲存格不以引號開頭，中間卻有引號。`,
  textAfterQuote: (place, quoteLine) => `${place}：結束的引號後面還有文字（引號由第 ${quoteLine} 行開始）。`,
  strayQuoteHint: '請把整個儲存格放進引號內，引號外不留空格；裏面的每個引號寫兩次："say ""hi"""。',
  rowTooLong: (place, quoteLine) =>
    `${place}：由這裏開始的一行超過 1 MiB。${quoteLine === undefined ? '' : `第 ${quoteLine} 行開始的引號沒有結束。`}`,
  rowTooLongHint: '幾乎都是因為引號沒有結束，請看那一行。',
  lineTooLong: (place) => `${place}：這一行超過 2 MiB。`,
  lineTooLongHint: '請確認這是 CSV 檔案，並且有換行。',

  utf32: (name) => `${name} 是 UTF-32 編碼，不支援讀取。`,
  iso2022: (name) => `${name} 含有 ISO-2022-JP 的跳脫序列，不支援讀取。`,
  saveAsUtf8: '請另存為 CSV UTF-8，再使用那個檔案。',
  unknownEncoding: (label) => `沒有 '${label}' 這種編碼。`,
  unknownEncodingHint: (names) => `常用的有：${names.join('、')}。`,
  otherMark: (name, mark, told) => `${name} 的開頭標明編碼是 ${mark}，而 --encoding 寫的是 ${told}。`,
  otherMarkHint: '請去掉 --encoding。',
  notInEncoding: (name, told, row) => `${name} 按 ${told} 讀取時不像會員名單：第一行是 ${row}。`,
  betterEncoding: (encoding, row) =>
    `按 ${encoding} 讀取，第一行是 ${row}：請去掉 --encoding，或寫 --encoding ${encoding}。`,
  encodingByNames: (encoding, names) => `檔案不是 UTF-8，按 ${encoding} 讀取：這樣才有認得的欄名 ${names.join('、')}。`,
  encodingByCharacters: (encoding, second) =>
    `檔案不是 UTF-8，按 ${encoding} 讀取：這樣讀出的是姓名和地址的常用字${second === undefined ? '' : `，按 ${second} 則不是`}。`,
  noEncoding: (name) => `${name} 不是有效的 UTF-8，試過的其他編碼也都不符合。`,
  noEncodingHint: '請另存為 CSV UTF-8，或用 --encoding 指明編碼。',
  unsureEncoding: (name, readings) =>
    `${name} 不是 UTF-8，無法確定編碼。第一行的各種讀法：${readings.map(([encoding, row]) => `${encoding}：${row}`).join('；')}。`,
  unsureEncodingHint: (example) =>
    `請用 --encoding 指明哪種正確，例如 --encoding ${example}，或把檔案另存為 CSV UTF-8。`,
  badByte: (place, byte, offset, encoding) => `${place}：位移 ${offset} 處的位元組 0x${byte} 不是有效的 ${encoding}。`,
  badByteTold: (encoding) => `檔案不全是 ${encoding}：請檢查 --encoding，或另存為 CSV UTF-8。`,
  badByteFound: (encoding) => `檔案開頭是 ${encoding}，後面卻不是：請重新另存為 CSV UTF-8，或用 --encoding 指明編碼。`,

  streamTooLarge: (name) => `${name}：由管道讀取的活頁簿最多 256 MiB。`,
  streamTooLargeHint: '請存成檔案，再給出路徑。',
  noSuchSheet: (name, sheet, names) => `${name} 沒有工作表 '${sheet}'。現有：${names.join('、')}。`,
  noSuchSheetHint: (nearest) => (nearest === undefined ? '請用 --sheet 指定其中一個。' : `是不是 --sheet ${nearest}？`),
  noSheet: (name) => `${name} 沒有含資料的工作表。`,
  noSheetHint: '請使用有資料行的活頁簿。',
  emptySheet: (name) => `${name}：工作表是空的。`,
  emptySheetHint: '請使用有標題列和資料行的工作表。',
  correctInRows: (rows, toCorrect) =>
    `工作表 '${toCorrect}' 只是重複 '${rows}' 中的行，在那裏所做的更正不會被讀取。請在 '${rows}' 中更正。`,
  onlySheet: (sheet, others) => `只讀取了工作表 '${sheet}'，沒有讀 ${others.join('、')}：可用 --sheet 指定另一個。`,
  hiddenRows: (count, first) =>
    `${count} 個隱藏行也照樣讀取了：第 ${first.join('、')} 行${count > first.length ? '等' : ''}。`,
  hiddenColumns: (count) => `${count} 個隱藏欄也照樣讀取了。`,
  mergedAreas: (count) => `${count} 處合併儲存格：只有左上角的儲存格有值。`,
  formulas: (count) => `${count} 個儲存格是公式：讀取的是儲存的值。`,
  badWorkbook: (name, why) => `${name} 無法作為 .xlsx 活頁簿讀取：${why}。`,
  badWorkbookHint: '請用 Excel 開啟後重新儲存，或另存為 "CSV UTF-8（逗號分隔）"。',
  workbookLacksSheet: (sheet) => `缺少工作表 '${sheet}'`,
  workbookLacksPart: (part) => `缺少 ${part}`,
  workbookTextsTooLarge: '文字總量超過 512 MiB',
  formulaWithoutValue: (cell) => `${cell} 的公式沒有儲存值`,
  unknownSharedText: (cell) => `${cell} 的文字不在共用文字中`,
  impossibleCell: (cell) => `出現了儲存格 ${cell}`,
  cellTooLarge: (cell) => `儲存格 ${cell} 超過 1 MiB`,
  cellTooLongForSheet: (cell, length) => `儲存格 ${cell} 有 ${length} 個字元，工作表最多容納 32,767 個。`,
  tooManyRowsForSheet: '工作表最多容納 1,048,576 行。',
  writeCsv: '請用 -o 寫成 .csv 檔案。',

  openFolder: (folder, mode) => `其他使用者可以寫入 ${folder}（權限 ${mode}）：他們能改動 memberload 的入賬記錄。`,
  openFolderHint: (folder) => `請輸入：chmod 700 ${folder}，或把 MEMBERLOAD_HOME 設為只有自己能用的資料夾。`,
  homeIsNoFolder: (path) => `${path} 不是資料夾。`,
  homeIsNoFolderHint: '請把 MEMBERLOAD_HOME 設為 ledger.sqlite 所在的資料夾，或一個新的資料夾。沒有改動任何東西。',
  plantedLink: (path) => `${path} 是連結，不是 memberload 建立的。`,
  plantedLinkHint: '請查明來源，然後刪除它。',
};
