import type { Catalogue } from '../texts.ts';

const PURPOSES = { members: '导入 Kybio', customers: '导入 Wonder', topup: '加积分与余额', lookups: '查询' };
const KINDS = { members: '会员文件', customers: '客户文件', topup: '积分余额文件', lookups: '查询文件' };

function listed(header: readonly string[], more: number): string {
  return `${header.join('、')}${more > 0 ? ` 等，另有 ${more} 列` : ''}`;
}

function meant(nearest: string | undefined): string {
  return nearest === undefined ? '' : `是不是 ${nearest}？`;
}

export const header: Catalogue['header'] = {
  mixedAmounts: (increment, target) => `文件里既有要增加的数额（${increment}），又有要达到的数额（${target}）。`,
  mixedAmountsHint: (map) => `请拆成两个文件，或用 --map 去掉一列：${map}。`,
  unknownHeader: (text, names, more) => `映射里写的列名 ${text} 在文件中没有。文件的列：${listed(names, more)}。`,
  unknownHeaderHint: (nearest) => `${meant(nearest)}映射里的列名要与文件第一行完全一致。`,
  headerOften: (text, count) => `映射里写的列名 ${text} 在文件中出现了 ${count} 次。`,
  headerOftenHint: '请给这些列各起一个名字。',
  unknownColumn: (text, wanted, kinds) =>
    `映射把 ${text} 对应到 ${wanted}，而${kinds.map((kind) => KINDS[kind]).join('或')}没有这一列。`,
  unknownColumnHint: (nearest, names) => `${meant(nearest)}可用的列：${names.join('、')}。`,
  twoEqualHeaders: (column, name, places) =>
    `文件里有两列都是 ${column}：两列的名字都是 ${name}${places === undefined ? '' : `（左起第 ${places[0]} 列和第 ${places[1]} 列）`}。`,
  twoEqualHeadersHint: '请在文件中给其中一列改名。',
  twoHeaders: (column, first, second) => `文件里有两列都是 ${column}：${first} 和 ${second}。`,
  twoHeadersHint: (map) => `请给其中一列改名，或用 --map 指明以哪一列为准：${map}。`,
  missingColumn: (needs, kind, names, more) =>
    `文件缺少 ${needs.map((group) => group.join(' 或 ')).join('，以及 ')} 列，${PURPOSES[kind]}需要它。文件的列：${listed(names, more)}。`,
  currentAmount: (name, map) =>
    `${name} 像是会员现有的数额，不是要增加的数额，所以没有使用。如果它确实是要增加的数额，请用 --map 说明：${map}，或写成 "balanceIncrement"。`,
  nearColumn: (column, name, map) => `${name} 是不是指 ${column}？请改列名，或用 --map 指定一个内容为 ${map} 的文件。`,
  nameTheColumn: (column, isNoHeader) =>
    `${isNoHeader ? '文件第一行必须是列名。' : ''}可以用 memberload map <file> 生成映射，或用 --map 指定一个内容为 {"columns": {"<你的列名>": "${column}"}} 的文件。`,
  singleCell: (separator) =>
    `第一行只有一个单元格，里面有 '${separator}'：它是分隔符吗？如果是，请加上 --delimiter '${separator}'。如果每一整行都在引号里，请去掉引号后重新导出。`,
  singleCellForeign: (separator) =>
    `第一行只有一个单元格，里面有 ${separator}，它不是 CSV 的分隔符。请用逗号或制表符重新导出，存为 "CSV UTF-8" 或 .xlsx。`,

  unknownField: (column, vendor) =>
    `--columns：${vendor === 'kybio' ? 'Kybio 会员' : 'Wonder 客户'}没有 '${column}' 这个字段。`,
  unknownFieldHint: (nearest, known) => (nearest ? meant(nearest) : `可用的字段：${known.join('、')}。`),
};
