import { topic } from '../texts.ts';

/** How a row ended at a vendor. `number`, `uid` and amounts are as the row or the vendor gives them. */
export const STEPS = {
  // outcome.ts
  calls: {
    lookup: 'lookup',
    increment: 'increment',
    queryByNumber: 'queryByNumber',
    add: 'add',
    updateBaseInfo: 'updateBaseInfo',
    batchUpdateCategory: 'batchUpdateCategory',
    'POST customers': 'POST customers',
    'PUT customers': 'PUT customers',
  },
  /** `words`: the vendor's own, in their quotes; '' when there are none. */
  refused: (call: string, words: string) => `${call}: ${words || 'refused without a message'}`,
  /** A message of a vendor's refusal without the call before it. */
  withoutCall: (message: string) => message.replace(/^[A-Za-z/: ]+: /, ''),
  noAnswer: (call: string, detail: string) => `${call}: ${detail}. Run the result file again to repeat this row.`,

  // member-steps.ts
  notChanged: (columns: readonly string[]) =>
    `not changed on an existing member (updateBaseInfo cannot): ${columns.join(', ')}.`,
  numberTaken: (number: string) =>
    `number: '${number}' is taken, yet no member can be read under it (a deleted member may hold it). Use another number.`,
  noUidInAnswer: 'queryByNumber answered a member without customerUid.',
  alreadyExists: (number: string) => `number: '${number}' belongs to a member already. Use --mode upsert to update it.`,
  otherUid: (uid: string, number: string, realUid: string) =>
    `customerUid: '${uid}' is not the member with number '${number}', who has ${realUid}. Correct one of the two, or leave customerUid blank to go by the number.`,
  zerosLost: (number: string, whole: string, mayCreate: boolean) =>
    `number: no member has '${number}', but one has '${whole}': a spreadsheet takes zeros away. Write ${whole}.${
      mayCreate ? ` If ${number} is somebody new, create it with --mode create.` : ''
    }`,
  phoneKept: "phone: it is what a spreadsheet leaves of the member's own phone, which was not changed.",
  memberNotFound: (number: string) =>
    `number: no member has '${number}'. Correct it, or use --mode upsert to create the member.`,

  // customer-steps.ts
  customerNotFound: (reference: string) =>
    `reference_number: no customer has '${reference}'. Correct it, or use --mode upsert to create the customer.`,

  // topup-steps.ts
  zerosLostInTopup: (number: string, whole: string) =>
    `number: no member has '${number}', but one has '${whole}': a spreadsheet takes zeros away. Nothing was credited. Write ${whole} and run the result file again.`,
  noMemberToCredit: (column: string, value: string) =>
    `${column}: no member has '${value}', so nothing was credited. Correct it and run the result file again.`,
  moved: (read: readonly [point: string, balance: string], credited: readonly [point: string, balance: string]) =>
    `The member was changed by others meanwhile: read as point ${read[0]}, balance ${read[1]}, but credited at point ${credited[0]}, balance ${credited[1]}. Run the rows again to reach the target.`,
  otherMember: (uid: string, number: string, realUid: string) =>
    `customerUid: '${uid}' is not the member with number '${number}', who has ${realUid}. Nothing was credited. Correct one of the two, or leave one blank.`,
  valuesUnread: (member: string) =>
    `The member ${member} was read without point or balance, so the difference to the target is not known. Nothing was credited.`,
  unknownCode: (errorCode: string, words: string) =>
    `the vendor answered ${errorCode} (${words || 'without a message'}), a code that does not say whether the increment was applied`,
  timeOfAnother: (errorCode: string) =>
    `Not applied: somebody else changed this member in the same second (${errorCode}). Run the result file again: the row then gets another second.`,
  insteadOf: (name: string, actual: string, expected: string) => `${name} ${actual} instead of ${expected}`,
  appliedOtherwise: (mismatches: readonly string[]) =>
    `The vendor says it applied something else than was asked: ${mismatches.join('; ')}. Look at the member in the back office before anything else is sent.`,
  inDoubt: (detail: string) =>
    `No answer that can be believed: ${detail}. The increment may or may not have been applied.`,

  // lookup-steps.ts
  memberUnknown: (column: string, value: string) => `${column}: no member has '${value}'. Check it in the back office.`,
  customerUnknown: (column: string, value: string) =>
    `${column}: no customer has '${value}'. Check it in the dashboard.`,
};

export const stepTexts = topic('steps', STEPS);
