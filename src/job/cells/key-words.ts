/** No word of this list is longer; a longer cell is no word. */
const LENGTH_MAX = 40;

/** `Total`, `Grand total: 150`, `合计`, `小計：3 人`: the last line of a sheet, not a member. */
const TOTAL =
  /^(?:(?:(?:grand|sub)[ -]?)?totals?|sum|合计|合計|小计|小計|总计|總計|共计|共計|总和|總和|总数|總數|汇总|匯總|累计|累計|(?:本页|本頁)(?:小计|小計|合计|合計))(?:(?: ?[:=] ?| )[0-9.,]{1,20})?(?: ?(?:人|位|名|条|條|笔|筆|rows?|members?))?[:.]?$/;

const NOTHING: ReadonlySet<string> = new Set([
  ...[
    'n/a',
    'na',
    'n.a.',
    'nil',
    'null',
    'none',
    'nan',
    'undefined',
    'unknown',
    'tbc',
    'tbd',
    '(null)',
    '(blank)',
    '(none)',
  ],
  ...['-', '--', '---', '—', '——', '–', '/', '?', '??'],
  ...['无', '無', '没有', '沒有', '空', '未知', '不详', '不詳', '暂无', '暫無', '无卡号', '無卡號'],
]);

/** `* as of 2026`, `备注：…`, `Exported by Ann`, `第 1 页`, `共 20 条`: what stands below the rows of a report. */
const REMARK =
  /^(?:[*※•]{1,3} ?\p{L}|(?:note|notes|remark|remarks|source|page|print(?:ed)?|export(?:ed)?|generated|created|prepared|updated|report|as) (?:by|on|at|of|date|\d)|(?:备注|備註|注|註|说明|說明|制表|製表|打印|列印|导出|匯出|審核|审核|更新)\p{L}{0,4} ?[: ]|[^:]{1,12}:(?: \p{L}|\p{Script=Han})|(?:第|共) ?\d{1,9} ?(?:页|頁|条|條|笔|筆|人|位|名|项|項))/u;

/**
 * What a cell says that should name a member and does not: `total`, a line that sums the sheet up, `nothing`, a word
 * for "there is none", or `remark`, a line of text below the rows. Taken as a number, such a line would make a member
 * or credit the sum.
 */
export function keyWord(text: string): 'total' | 'nothing' | 'remark' | undefined {
  if (text.length > LENGTH_MAX) return undefined;
  const word = text.normalize('NFKC').trim().toLowerCase();
  if (NOTHING.has(word)) return 'nothing';
  if (TOTAL.test(word)) return 'total';
  return REMARK.test(word) ? 'remark' : undefined;
}
