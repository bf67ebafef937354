import { sharedTexts } from '../../texts/shared.ts';
import { cellTexts } from '../../texts/tables/cells.ts';
import { type CellValue, isOverlong, shown, tooLong } from './cell-text.ts';

/**
 * One address that a mail server would take. Letters of any script are tolerated on both sides
 * (internationalised mail exists, and neither vendor says what it refuses); quoted local parts, comments
 * and bare hosts are not: in a member list they are slips.
 */
export function readEmail(text: string, lengthMax: number | undefined): CellValue {
  if (lengthMax !== undefined && text.length > lengthMax) return tooLong(text, lengthMax);
  if (text.length > LENGTH_MAX) return tooLong(text, LENGTH_MAX);
  if (EMAIL.test(text)) return text;
  // Only what cannot be another person's address is proposed. A space inside may stand for a lost `+` or `_`:
  // without it, `test 01@…` would be the address of somebody called test01.
  const repaired = text
    .normalize('NFKC')
    .replace(/^mailto:/i, '')
    .replace(/\s{0,9}@\s{0,9}/, '@')
    .replace(/[.,;。]{1,9}$/, '');
  const { notAnEmail, write, writeAnEmail } = cellTexts();
  const isRepaired = !isOverlong(text) && EMAIL.test(repaired);
  const advice = isRepaired ? write(repaired) : writeAnEmail(text.split(/[@＠]/).length > 2);
  return { errorCode: 'BAD_EMAIL', text: sharedTexts().sentences([notAnEmail(shown(text)), advice]) };
}

/** Of a mail address as RFC 5321 has it. */
const LENGTH_MAX = 320;

/** Local part without dots at its ends or side by side; domain of two labels or more, the last one not a number. */
const EMAIL =
  /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+(?:\p{L}[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])$/u;
