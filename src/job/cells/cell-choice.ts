import { nearestName } from '../../base/nearest.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { cellTexts } from '../../texts/tables/cells.ts';
import { type CellValue, isOverlong, shown } from './cell-text.ts';

/** One of a few words, exactly as the vendor spells it: what another spelling does there is not published. */
export function readChoice(text: string, choices: readonly string[]): CellValue {
  if (choices.includes(text)) return text;
  const key = isOverlong(text) ? '' : choiceKey(text);
  const meant = ALIASES.get(key);
  const suggestion =
    (meant !== undefined && choices.includes(meant) ? meant : undefined) ??
    choices.find((choice) => choiceKey(choice) === key) ??
    // A digit is never a slip of another digit.
    (isOverlong(text)
      ? undefined
      : nearestName(
          text,
          choices.filter((choice) => choice.length > 2),
        ));
  const { notAChoice, write, writeAChoice } = cellTexts();
  const advice = suggestion === undefined ? writeAChoice : write(suggestion);
  return { errorCode: 'NOT_ALLOWED', text: sharedTexts().sentences([notAChoice(shown(text), choices), advice]) };
}

function choiceKey(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]/g, text.startsWith('-') ? '$&' : '');
}

const ALIASES = new Map([
  ['支付宝', 'Alipay'],
  ['微信', 'Wechat Pay'],
  ['微信支付', 'Wechat Pay'],
  ['wechat', 'Wechat Pay'],
  ['信用卡', 'Credit Card'],
  ['card', 'Credit Card'],
]);
