import { isDecimal } from '../../base/decimal.ts';
import { cellTexts } from '../../texts/tables/cells.ts';
import { type CellProblem, type CellValue, isOverlong, shown } from './cell-text.ts';

/**
 * An amount, exactly as written: 12.50 stays 12.50. Nothing is repaired on the way in, because a comma
 * read wrongly moves a balance by a factor of a thousand; what it was probably meant to be is said instead.
 */
export function readDecimal(text: string): CellValue {
  if (isDecimal(text)) return text;
  if (isOverlong(text)) return notADecimal(text, undefined);
  if (PLAIN.test(text)) {
    return { errorCode: 'OUT_OF_RANGE', text: cellTexts().tooManyDigits(shown(text)) };
  }
  return notADecimal(text, suggestionFor(text));
}

/** A share that is paid: 0 to 100. */
export function readPercentage(text: string): CellValue {
  if (isDecimal(text)) {
    // By its digits: arithmetic on every cell of a million rows is slow, and here not needed.
    if (/^(-0(\.0+)?|[0-9]{1,2}(\.[0-9]+)?|100(\.0+)?)$/.test(text)) return text;
    return {
      errorCode: 'OUT_OF_RANGE',
      text: cellTexts().notAPercentage(shown(text)),
    };
  }
  if (isOverlong(text)) return notADecimal(text, undefined);
  const bare = text.normalize('NFKC').replace(/\s*%$/, '');
  if (bare !== text && isDecimal(bare)) return notADecimal(text, cellTexts().write(bare));
  const value = readDecimal(text);
  if (typeof value === 'string' || value.errorCode !== 'NOT_A_DECIMAL') return value;
  return notADecimal(text, suggestionFor(text) ?? cellTexts().writeAPercentage);
}

function notADecimal(text: string, suggestion: string | undefined): CellProblem {
  return {
    errorCode: 'NOT_A_DECIMAL',
    text: cellTexts().notADecimal(shown(text), suggestion ?? cellTexts().writeADecimal),
  };
}

const PLAIN = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const CURRENCY = /^(-?)\s*(?:HK\$|US\$|RMB|CNY|HKD|USD|[$¥€£])\s*|\s*(?:元|RMB|CNY|HKD|USD|[$¥€£])$/gi;

/** A full sentence, or nothing when it cannot be told what was meant. */
function suggestionFor(text: string): string | undefined {
  if (/^-?[0-9][.,]?[0-9]*E[+-][0-9]{2,3}$/.test(text)) {
    return cellTexts().shortenedAmount;
  }
  const bare = text
    .normalize('NFKC')
    .replace(/[\u2212\u2012\u2013]/g, '-')
    .replace(CURRENCY, '$1')
    // Bookkeepers write a negative amount in parentheses.
    .replace(/^\(([^()]+)\)$/, '-$1')
    .replace(CURRENCY, '$1')
    .replace(/^\+/, '')
    .replace(/^-\s+/, '-');

  const thousandsOrDecimals = /^(-?[1-9][0-9]{0,2}),([0-9]{3})$/.exec(bare);
  if (thousandsOrDecimals !== null) {
    const [, whole, rest] = thousandsOrDecimals;
    return cellTexts().commaOfWhat(`${whole}${rest}`, `${whole}.${rest}`);
  }
  const digits = ungrouped(bare);
  const exponent = /^(-?[0-9]+)e([0-9]{1,2})$/.exec(digits);
  const plain = exponent === null ? digits : `${exponent[1]}${'0'.repeat(Number(exponent[2]))}`;
  const repaired = plain
    .replace(/^(-?)\./, '$10.')
    .replace(/\.$/, '')
    .replace(/^(-?)0+(?=[0-9])/, '$1');
  return isDecimal(repaired) ? cellTexts().write(repaired) : undefined;
}

/** The same digits without separators of thousands, where these can be nothing else. */
function ungrouped(text: string): string {
  // 1,234,567  1,234.50  1 000
  if (/^-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$|^-?[0-9]{1,3}(,[0-9]{3}){2,}$/.test(text)) return text.replaceAll(',', '');
  if (/^-?[0-9]{1,3}([\s'’][0-9]{3})+([.,][0-9]+)?$/.test(text)) return text.replace(/[\s'’]/g, '').replace(',', '.');
  // 1.234.567  1.234,50
  if (/^-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$|^-?[0-9]{1,3}(\.[0-9]{3}){2,}$/.test(text)) {
    return text.replaceAll('.', '').replace(',', '.');
  }
  // 12,50: a single comma that cannot separate thousands
  return /^-?[0-9]+,[0-9]+$/.test(text) ? text.replace(',', '.') : text;
}
