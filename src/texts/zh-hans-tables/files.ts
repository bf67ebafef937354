import type { Catalogue } from '../texts.ts';

function delimiterName(delimiter: string): string {
  return delimiter === '\t' ? '制表符' : ` '${delimiter}' `;
}

const SAVE_AGAIN = '请用 Excel 打开，另存为 .xlsx 或 "CSV UTF-8（逗号分隔）"，再使用那个文件。';
const GIVE_A_TABLE = '请使用 CSV 或 .xlsx 文件。';
const UNPACK = '请先解压。';

export const files: Catalogue['files'] = {
  notFound: (path) => `${path}：没有这个文件。`,
  notFoundHint: '请检查路径和拼写。',
  notReadable: (path) => `${path}：没有读取权限。`,
  notReadableHint: '请开放文件的读取权限。',
  unreadable: (path, why) => `${path} 无法读取：${why}。`,
  unreadableHint: '请检查磁盘或网络共享，或把文件复制到本机。',
  diskFull: (path) => `${path}：磁盘或配额已满。`,
  diskFullHint: '请腾出空间，或用 -o 写到别处。',
  notWritable: (path) => `${path}：没有写入权限。`,
  notWritableHint: '请开放所在文件夹的写入权限，或用 -o 写到别处。',
  noFolder: (path) => `${path}：所在的文件夹不存在。`,
  noFolderHint: '请先新建文件夹，或用 -o 写到别处。',
  unwritable: (path, why) => `${path} 无法写入：${why}。`,
  unwritableHint: '请检查磁盘，或用 -o 写到别处。',
  isFolder: (path) => `${path} 是文件夹。`,
  isFolderHint: '请指定一个文件。',
  deadLink: (path) => `${path} 是失效的链接。`,
  deadLinkHint: '请删除链接，或写到另一个文件。',
  held: (path) => `${path} 正被其他程序（例如 Excel）打开。`,
  heldHint: '请先在那里关闭，或用 -o 指定另一个文件。',
  exists: (path) => `${path} 已经存在。`,
  existsHint: '请用 -o 指定另一个文件。',
  notRegular: (path) => `${path} 不是普通文件。`,
  notRegularHint: '请用 -o 写到一个文件。',
  inputChanged: (path) => `${path} 在读取过程中被改动了。`,
  inputChangedHint: '请等写入文件的程序完成，在其他程序中关闭文件，然后再运行。',
  outputChanged: (path, byteCount, expected) => `${path} 有 ${byteCount} 字节，而之前写入了 ${expected} 字节。`,
  outputChangedHint: '文件被改动或删除了，请重新导出。',

  kinds: {
    oldWorkbook: [
      '旧版 Excel 工作簿（.xls），或带密码的工作簿',
      '请用 Excel 打开，另存为不带密码的 .xlsx，再使用那个文件。',
    ],
    veryOldWorkbook: ['很旧的 Excel 工作簿（.xls）', SAVE_AGAIN],
    pdf: ['PDF 文件', GIVE_A_TABLE],
    gzip: ['压缩文件（gzip）', UNPACK],
    rar: ['RAR 压缩包', UNPACK],
    sevenZip: ['7z 压缩包', UNPACK],
    sqlite: ['SQLite 数据库', GIVE_A_TABLE],
    pem: ['密钥或证书（PEM）', GIVE_A_TABLE],
    picture: ['图片', GIVE_A_TABLE],
    webPage: ['网页（HTML 或 XML），不论文件名怎么写', SAVE_AGAIN],
    binaryWorkbook: ['二进制工作簿（.xlsb）', '请用 Excel 打开，另存为 .xlsx，再使用那个文件。'],
    openDocument: ['OpenDocument 文件（.ods）', '请打开它，另存为 .xlsx，再使用那个文件。'],
    zip: ['zip 压缩包，不是 .xlsx 工作簿', '请先解压，再使用里面的 CSV 或 .xlsx 文件。'],
  },
  notATable: (name, what) => `${name} 是${/^\w/.test(what) ? ' ' : ''}${what}。`,

  badDelimiter: (delimiter) => `分隔符 '${delimiter}' 不能用。`,
  badDelimiterHint: "请用一个 ASCII 符号，例如 ','、';'、'|' 或 'tab'。",
  wrongDelimiter: (name, told, isOneColumn, best) =>
    `${name}：按${delimiterName(told)}分隔时，各行与表头对不上：${isOneColumn ? '表头只有一列' : '多数行的列数不同'}。按${delimiterName(best)}分隔则对得上。`,
  wrongDelimiterHint: (best) => `请去掉 --delimiter，或写 --delimiter ${best === '\t' ? 'tab' : `'${best}'`}。`,

  sepLine: (sep, delimiter) => `第一行 sep=${sep} 的意思是：按${delimiterName(delimiter)}分隔。`,
  headerBelow: (lineNumber, skipped) => `表头在第 ${lineNumber} 行，上面的 ${skipped} 行没有使用。`,
  blankRows: (count) => `${count} 个空行没有使用。`,
  textFormulas: (count) => `${count} 个形如 ="00123" 或 =8009000501 的单元格已按文本读取，去掉了公式。`,
  isEmpty: (name) => `${name} 是空文件。`,
  isEmptyHint: '请使用有表头和数据行的文件。',
  noHeaderRow: (name, line) => `${name}：--header-row 指定的第 ${line} 行不是一行的开头。`,
  noHeaderRowHint: '请从 1 开始数行号，或去掉 --header-row。',
  line: (name, line) => `${name} 第 ${line} 行`,
  row: (name, row) => `${name} 第 ${row} 行`,
  lineAndColumn: (name, line, column) => `${name} 第 ${line} 行第 ${column} 列`,
  blankHeader: (place) => `${place}：没有一列有名字。`,
  blankHeaderHint: '请在第一行给每列起名字。',
  noHeader: (place, names) => `${place}：第一行像是数据：${names.join('、')}。`,
  noHeaderHint: '请在最上面加一行列名。',

  nameNotShown: (length) => `一个 ${length} 个字符的名字（可能是密钥，不显示）`,
  oneWordHeader: (place, length) =>
    `${place}：第一行没有列名，只有一个 ${length} 个字符的词。它可能是密钥，所以不在这里显示。`,
  oneWordHeaderHint: '请确认文件没有拿错。如果是名单，请在最上面加一行列名。',

  unclosedQuote: (place) => `${place}：这里开始的引号没有结束。`,
  unclosedQuoteHint: '请补上结束的引号，或去掉它；引号内的单元格里，引号要写两次。',
  quoteInCell: (place) => `${place}：单元格不以引号开头，中间却有引号。`,
  textAfterQuote: (place, quoteLine) => `${place}：结束的引号后面还有文字（引号从第 ${quoteLine} 行开始）。`,
  strayQuoteHint: '请把整个单元格放进引号里，引号外不留空格；里面的每个引号写两次："say ""hi"""。',
  rowTooLong: (place, quoteLine) =>
    `${place}：从这里开始的一行超过 1 MiB。${quoteLine === undefined ? '' : `第 ${quoteLine} 行开始的引号没有结束。`}`,
  rowTooLongHint: '几乎都是因为引号没有结束，请看那一行。',
  lineTooLong: (place) => `${place}：这一行超过 2 MiB。`,
  lineTooLongHint: '请确认这是 CSV 文件，并且有换行。',

  utf32: (name) => `${name} 是 UTF-32 编码，不支持读取。`,
  iso2022: (name) => `${name} 含有 ISO-2022-JP 的转义序列，不支持读取。`,
  saveAsUtf8: '请另存为 CSV UTF-8，再使用那个文件。',
  unknownEncoding: (label) => `没有 '${label}' 这种编码。`,
  unknownEncodingHint: (names) => `常用的有：${names.join('、')}。`,
  otherMark: (name, mark, told) => `${name} 的开头标明编码是 ${mark}，而 --encoding 写的是 ${told}。`,
  otherMarkHint: '请去掉 --encoding。',
  notInEncoding: (name, told, row) => `${name} 按 ${told} 读取时不像会员名单：第一行是 ${row}。`,
  betterEncoding: (encoding, row) =>
    `按 ${encoding} 读取，第一行是 ${row}：请去掉 --encoding，或写 --encoding ${encoding}。`,
  encodingByNames: (encoding, names) => `文件不是 UTF-8，按 ${encoding} 读取：这样才有认得的列名 ${names.join('、')}。`,
  encodingByCharacters: (encoding, second) =>
    `文件不是 UTF-8，按 ${encoding} 读取：这样读出的是姓名和地址的常用字${second === undefined ? '' : `，按 ${second} 则不是`}。`,
  noEncoding: (name) => `${name} 不是有效的 UTF-8，试过的其他编码也都不符合。`,
  noEncodingHint: '请另存为 CSV UTF-8，或用 --encoding 指明编码。',
  unsureEncoding: (name, readings) =>
    `${name} 不是 UTF-8，无法确定编码。第一行的各种读法：${readings.map(([encoding, row]) => `${encoding}：${row}`).join('；')}。`,
  unsureEncodingHint: (example) =>
    `请用 --encoding 指明哪种正确，例如 --encoding ${example}，或把文件另存为 CSV UTF-8。`,
  badByte: (place, byte, offset, encoding) => `${place}：偏移 ${offset} 处的字节 0x${byte} 不是有效的 ${encoding}。`,
  badByteTold: (encoding) => `文件不全是 ${encoding}：请检查 --encoding，或另存为 CSV UTF-8。`,
  badByteFound: (encoding) => `文件开头是 ${encoding}，后面却不是：请重新另存为 CSV UTF-8，或用 --encoding 指明编码。`,

  streamTooLarge: (name) => `${name}：从管道读取的工作簿最多 256 MiB。`,
  streamTooLargeHint: '请存成文件，再给出路径。',
  noSuchSheet: (name, sheet, names) => `${name} 没有工作表 '${sheet}'。现有：${names.join('、')}。`,
  noSuchSheetHint: (nearest) => (nearest === undefined ? '请用 --sheet 指定其中一个。' : `是不是 --sheet ${nearest}？`),
  noSheet: (name) => `${name} 没有含数据的工作表。`,
  noSheetHint: '请使用有数据行的工作簿。',
  emptySheet: (name) => `${name}：工作表是空的。`,
  emptySheetHint: '请使用有表头和数据行的工作表。',
  correctInRows: (rows, toCorrect) =>
    `工作表 '${toCorrect}' 只是重复 '${rows}' 中的行，在那里所做的更正不会被读取。请在 '${rows}' 中更正。`,
  onlySheet: (sheet, others) => `只读取了工作表 '${sheet}'，没有读 ${others.join('、')}：可用 --sheet 指定另一个。`,
  hiddenRows: (count, first) =>
    `${count} 个隐藏行也照样读取了：第 ${first.join('、')} 行${count > first.length ? '等' : ''}。`,
  hiddenColumns: (count) => `${count} 个隐藏列也照样读取了。`,
  mergedAreas: (count) => `${count} 处合并单元格：只有左上角的单元格有值。`,
  formulas: (count) => `${count} 个单元格是公式：读取的是保存的值。`,
  badWorkbook: (name, why) => `${name} 无法作为 .xlsx 工作簿读取：${why}。`,
  badWorkbookHint: '请用 Excel 打开后重新保存，或另存为 "CSV UTF-8（逗号分隔）"。',
  workbookLacksSheet: (sheet) => `缺少工作表 '${sheet}'`,
  workbookLacksPart: (part) => `缺少 ${part}`,
  workbookTextsTooLarge: '文本总量超过 512 MiB',
  formulaWithoutValue: (cell) => `${cell} 的公式没有保存值`,
  unknownSharedText: (cell) => `${cell} 的文本不在共享文本中`,
  impossibleCell: (cell) => `出现了单元格 ${cell}`,
  cellTooLarge: (cell) => `单元格 ${cell} 超过 1 MiB`,
  cellTooLongForSheet: (cell, length) => `单元格 ${cell} 有 ${length} 个字符，工作表最多容纳 32,767 个。`,
  tooManyRowsForSheet: '工作表最多容纳 1,048,576 行。',
  writeCsv: '请用 -o 写成 .csv 文件。',

  openFolder: (folder, mode) => `其他用户可以写入 ${folder}（权限 ${mode}）：他们能改动 memberload 的入账记录。`,
  openFolderHint: (folder) => `请输入：chmod 700 ${folder}，或把 MEMBERLOAD_HOME 设为只有自己能用的文件夹。`,
  homeIsNoFolder: (path) => `${path} 不是文件夹。`,
  homeIsNoFolderHint: '请把 MEMBERLOAD_HOME 设为 ledger.sqlite 所在的文件夹，或一个新的文件夹。什么都没有改动。',
  plantedLink: (path) => `${path} 是链接，不是 memberload 建立的。`,
  plantedLinkHint: '请查明来源，然后删除它。',
};
