import { topic } from '../texts.ts';

/** Why a row is invalid as a whole. The cells have a topic of their own. */
export const ROWS = {
  // validate-row.ts: behind the name of the column
  memberKeyBlank: (mayBeUid: boolean) =>
    `it is blank. Give the member number${mayBeUid ? ', or the customerUid' : ''}.`,
  customerKeyBlank: (mayBeUuid: boolean) =>
    `it is blank. Give the customer's reference number${mayBeUuid ? ', or the uuid' : ''}.`,
  neededByWonder: 'it is blank, and Wonder needs it. Fill it in.',
  keyBlank: 'it is blank. Give the number or the customerUid.',
  lookupKeyBlank: 'it is blank. Give it, or the uuid.',

  // validate-row.ts: the whole row
  changesNothing: (changeable: readonly string[], hasAmounts: boolean) =>
    `the row changes nothing: of an existing member only ${changeable.join(', ')} can change. Give one of them${
      hasAmounts ? '; points and balance are added with topup' : ''
    }.`,
  noTarget: 'the row changes nothing: pointTarget and balanceTarget are blank. Fill one in, or delete the row.',
  addsNothing:
    'the row adds nothing: pointIncrement and balanceIncrement are blank or 0. Fill one in, or delete the row.',
  wrongColumnCount: (actual: number, expected: number) =>
    `the row has ${actual} columns, the header ${expected}: usually a missing quote or an extra delimiter. Correct the row.`,
  wrongColumnCountEarlier:
    'an earlier run found too many or too few columns here, and the result file holds the row cut or padded to fit. Correct its cells and empty its result_status.',
  duplicate: (column: string, value: string, rowNumber: number) =>
    `${column}: ${value} is also in row ${rowNumber}. Keep one of them, or say --on-duplicate allow.`,
  duplicateReference: (column: string, value: string, rowNumber: number) =>
    `${column}: ${value} is also in row ${rowNumber}. A reference is credited once: keep one of them, or give each row its own.`,

  // check-row.ts
  swappedDate: (date: string) =>
    `birthday: '${date}' may have day and month swapped, as a spreadsheet has done in this column. Export it again with this column as text.`,

  // intake/read-input.ts
  workbookNumber: (column: string) =>
    `${column}: the workbook keeps it as a number of more than 15 digits, and its last digits are lost. Format the column as text where the file was made, and export it again.`,
};

export const rowTexts = topic('rows', ROWS);
