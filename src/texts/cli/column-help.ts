import { topic } from '../texts.ts';

/** What each column of a file is, by the kind of file. Backticks are for the manual alone. */
export const COLUMN_HELP = {
  members: {
    number: 'Member number. Needed to create a member; unique at Kybio',
    name: "Member's name",
    phone: 'Phone number, kept as written',
    birthday: '`1990-01-05`, `1990/1/5`, `1990年1月5日`, or `--date-format`',
    qq: 'QQ number',
    email: 'One e-mail address',
    address: 'Address; may hold line breaks',
    remarks: 'Remarks; may hold line breaks',
    categoryName: 'Category of a new member, by its name at Kybio',
    point: 'Points of a new member',
    balance: 'Balance of a new member',
    discount: 'What a new member pays, 0 to 100: 90 is 10 % off',
    enable: 'New member: `1` available, `0` disabled, `-1` deleted',
    onAccount: 'Whether a new member may buy on credit: `0` or `1`',
    password: 'Password of a new member; never written to any output',
    customerUid: "Kybio's own id; saves the lookup where `number` is blank, or with `--mode update`",
  },
  topup: {
    number: 'Member number; `customerUid` beside it must be the same member',
    customerUid: "Kybio's own id; instead of `number` it saves a lookup",
    pointIncrement: 'Points to add; negative takes away',
    balanceIncrement: 'Amount to add to the balance; negative takes away',
    pointTarget: 'Points that the member should have afterwards; not beside increments',
    balanceTarget: 'Balance that the member should have afterwards; not beside increments',
    dataChangeTime: 'When it happened, `2026-01-05 13:26:23`; given by us if blank',
    reference: 'Receipt or invoice number: credited once for ever; stays with us',
  },
  customers: {
    reference_number: 'Your own unique number; needed without `uuid`; cannot change later',
    number: 'Used as `reference_number` when the file has no such column',
    uuid: "Wonder's id; with it the customer is edited (PUT)",
    name: "Customer's name; needed",
    phone: 'Needed. `+85291234567` is split into `dial_code` and `phone`',
    email: 'One e-mail address',
    dial_code: 'Country code of `phone`, such as `+852`',
    company_name: 'Company; Wonder never gives it back',
    default_payment_method: '`Credit Card`, `Alipay`, `Wechat Pay`',
    default_payment_token: 'UUID of a payment token',
  },
  lookups: {
    number: 'Kybio: member number. Wonder: used as `reference_number` when the file has no such column',
    customerUid: "Kybio's own id",
    reference_number: 'Wonder: your own unique number',
    uuid: "Wonder's id",
  },
};

export const columnHelpTexts = topic('columnHelp', COLUMN_HELP);
