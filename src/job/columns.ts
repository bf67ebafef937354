/** The kinds of input file. A run with two targets reads one file as two kinds at once. */
export type FileKind = 'members' | 'customers' | 'topup' | 'lookups';

/**
 * How a cell is read. A cell is text until its column says otherwise: nothing is guessed from its look.
 * - `reference`: text that names a record; on one line, nothing invisible in it
 * - `uid`: Kybio's Long; `uuid`: Wonder's
 * - `contact`: a phone number as given; `phone`: one that may hold a country code
 */
export type ColumnType =
  | 'reference'
  | 'uid'
  | 'uuid'
  | 'text'
  | 'secret'
  | 'decimal'
  | 'percentage'
  | 'choice'
  | 'birthday'
  | 'dateTime'
  | 'email'
  | 'contact'
  | 'phone'
  | 'dialCode';

export type Column = {
  /** As the vendor spells the field. */
  readonly name: string;
  readonly type: ColumnType;
  /** Where the value goes, in the vendor's words; `key` fields find the record. */
  readonly goesTo: string;
  readonly isKey: boolean;
  /** Whether Kybio can change it on an existing member (the fields of updateBaseInfo). */
  readonly isUpdatable: boolean;
  /** In UTF-16 units; see `readText`. Absent where the vendor publishes none. */
  readonly lengthMax?: number;
  /** What a `choice` may be, exactly. */
  readonly choices?: readonly string[];
  /** Headers that surely mean this column, besides its own name. */
  readonly synonyms: readonly string[];
  /** A line of the README. */
  readonly about: string;
};

/**
 * Wonder publishes 255 characters for each text field. For Kybio no limit is published: the same number
 * only guards the one-line fields against a row that swallowed its neighbours.
 */
const LENGTH_MAX = 255;

type ColumnFacts = Partial<Omit<Column, 'name' | 'type' | 'goesTo' | 'about'>>;

function column(name: string, type: ColumnType, goesTo: string, about: string, facts: ColumnFacts = {}): Column {
  return Object.freeze({ name, type, goesTo, about, isKey: false, isUpdatable: false, synonyms: [], ...facts });
}

/*
 * Synonyms are only those that cannot mean anything else. Left out on purpose: 编号, 名称, 状态, Member ID,
 * Level, Notes (which of two things they mean depends on who made the file), and 充值, 充值金额, 赠送积分,
 * which reports use for what was credited in the past. `--map` names them.
 */
const NUMBER_SYNONYMS = [
  '会员号',
  '会员编号',
  '会员卡号',
  '卡号',
  'Member No',
  'Member Number',
  'Membership No',
  'Membership Number',
  'Card No',
  'Card Number',
  'customerNum',
];
const NAME_SYNONYMS = ['姓名', '会员姓名', '客户姓名', '顾客姓名', 'Full Name', 'Member Name', 'Customer Name'];
const PHONE_SYNONYMS = [
  '手机',
  '手机号',
  '手机号码',
  '电话',
  '电话号码',
  '联系电话',
  '联系手机',
  'Mobile',
  'Mobile No',
  'Mobile Number',
  'Mobile Phone',
  'Phone No',
  'Phone Number',
  'Tel',
  'Telephone',
  'Contact No',
  'Contact Number',
];
const EMAIL_SYNONYMS = ['邮箱', '电子邮箱', '电子邮件', '邮箱地址', 'Email Address'];
const REFERENCE_SYNONYMS = ['Reference', 'Reference No', 'Ref No', '参考编号', '客户编号'];

const memberNumber = (about: string, goesTo: string) =>
  column('number', 'reference', goesTo, about, { isKey: true, lengthMax: LENGTH_MAX, synonyms: NUMBER_SYNONYMS });

const customerUid = (about: string) =>
  // The misspelt one is what the vendor itself sends.
  column('customerUid', 'uid', 'customerUid', about, { isKey: true, synonyms: ['customrUid'] });

const referenceNumber = (about: string) =>
  column('reference_number', 'reference', 'customer.reference_number', about, {
    isKey: true,
    lengthMax: LENGTH_MAX,
    synonyms: REFERENCE_SYNONYMS,
  });

const customerUuid = (about: string) =>
  column('uuid', 'uuid', 'PUT /customers/:id', about, { isKey: true, synonyms: ['Customer UUID'] });

export const COLUMNS: Readonly<Record<FileKind, readonly Column[]>> = Object.freeze({
  members: [
    memberNumber('Member number. Needed to create a member; unique at Kybio', 'customerInfo.number'),
    column('name', 'text', 'customerInfo.name', "Member's name", { isUpdatable: true, synonyms: NAME_SYNONYMS }),
    column('phone', 'contact', 'customerInfo.phone', 'Phone number, kept as written', {
      isUpdatable: true,
      lengthMax: LENGTH_MAX,
      synonyms: PHONE_SYNONYMS,
    }),
    column(
      'birthday',
      'birthday',
      'customerInfo.birthday',
      '`1990-01-05`, `1990/1/5`, `1990年1月5日`, or `--date-format`',
      {
        isUpdatable: true,
        synonyms: ['生日', '会员生日', '出生日期', 'Birth Date', 'Date of Birth', 'DOB'],
      },
    ),
    column('qq', 'contact', 'customerInfo.qq', 'QQ number', {
      isUpdatable: true,
      lengthMax: LENGTH_MAX,
      synonyms: ['QQ号', 'QQ号码', 'QQ Number'],
    }),
    column('email', 'email', 'customerInfo.email', 'One e-mail address', {
      isUpdatable: true,
      lengthMax: LENGTH_MAX,
      synonyms: EMAIL_SYNONYMS,
    }),
    column('address', 'text', 'customerInfo.address', 'Address; may hold line breaks', {
      isUpdatable: true,
      synonyms: ['地址', '联系地址', '住址', '家庭住址'],
    }),
    column('remarks', 'text', 'customerInfo.remarks', 'Remarks; may hold line breaks', {
      isUpdatable: true,
      synonyms: ['备注', '备注信息', 'Remark'],
    }),
    column('categoryName', 'text', 'customerInfo.categoryName', 'Category of a new member, by its name at Kybio', {
      synonyms: ['会员等级', '会员级别', '会员分类', '会员类别', 'Category', 'Member Category'],
    }),
    column('point', 'decimal', 'customerInfo.point', 'Points of a new member', {
      synonyms: ['积分', '会员积分', '当前积分', '剩余积分', 'Points', 'Current Points'],
    }),
    column('balance', 'decimal', 'customerInfo.balance', 'Balance of a new member', {
      synonyms: ['余额', '会员余额', '当前余额', '账户余额', 'Current Balance'],
    }),
    column('discount', 'percentage', 'customerInfo.discount', 'What a new member pays, 0 to 100: 90 is 10 % off', {
      synonyms: ['折扣', '会员折扣'],
    }),
    column('enable', 'choice', 'customerInfo.enable', 'New member: `1` available, `0` disabled, `-1` deleted', {
      choices: ['-1', '0', '1'],
      synonyms: ['Enabled'],
    }),
    column('onAccount', 'choice', 'customerInfo.onAccount', 'Whether a new member may buy on credit: `0` or `1`', {
      choices: ['0', '1'],
      synonyms: ['允许赊账', '是否允许赊账'],
    }),
    column('password', 'secret', 'customerInfo.password', 'Password of a new member; never written to any output', {
      synonyms: ['密码', '会员密码', 'Member Password'],
    }),
    customerUid("Kybio's own id; saves the lookup where `number` is blank, or with `--mode update`"),
  ],
  topup: [
    memberNumber('Member number; `customerUid` instead saves a lookup', 'customerNum'),
    customerUid("Kybio's own id"),
    // 积分, 余额, Points and Balance are what a member has: credited as an increment they would double it.
    column('pointIncrement', 'decimal', 'pointIncrement', 'Points to add; negative takes away', {
      synonyms: ['增加积分', '积分增量', '积分增减', 'Points to Add', 'Add Points', 'Points Increment'],
    }),
    column('balanceIncrement', 'decimal', 'balanceIncrement', 'Amount to add to the balance; negative takes away', {
      synonyms: ['增加余额', '余额增量', '余额增减', 'Balance to Add', 'Add Balance'],
    }),
    column(
      'dataChangeTime',
      'dateTime',
      'dataChangeTime',
      'When it happened, `2026-01-05 13:26:23`; given by us if blank',
    ),
  ],
  customers: [
    referenceNumber('Your own unique number; needed without `uuid`; cannot change later'),
    memberNumber('Used as `reference_number` when the file has no such column', 'customer.reference_number'),
    customerUuid("Wonder's id; with it the customer is edited (PUT)"),
    column('name', 'text', 'customer.name', "Customer's name; needed", {
      lengthMax: LENGTH_MAX,
      synonyms: NAME_SYNONYMS,
    }),
    column('phone', 'phone', 'customer.phone', 'Needed. `+85291234567` is split into `dial_code` and `phone`', {
      lengthMax: LENGTH_MAX,
      synonyms: PHONE_SYNONYMS,
    }),
    column('email', 'email', 'customer.email', 'One e-mail address', {
      lengthMax: LENGTH_MAX,
      synonyms: EMAIL_SYNONYMS,
    }),
    column('dial_code', 'dialCode', 'customer.dial_code', 'Country code of `phone`, such as `+852`', {
      lengthMax: 6,
      synonyms: ['Dialling Code', 'Dialing Code', 'Calling Code', '国际区号'],
    }),
    column('company_name', 'text', 'customer.company_name', 'Company; Wonder never gives it back', {
      lengthMax: LENGTH_MAX,
      synonyms: ['Company', '公司', '公司名称'],
    }),
    column(
      'default_payment_method',
      'choice',
      'customer.default_payment_method',
      '`Credit Card`, `Alipay`, `Wechat Pay`',
      {
        choices: ['Credit Card', 'Alipay', 'Wechat Pay'],
        synonyms: ['默认支付方式'],
      },
    ),
    column('default_payment_token', 'uuid', 'customer.default_payment_token', 'UUID of a payment token'),
  ],
  lookups: [
    memberNumber(
      'Kybio: member number. Wonder: used as `reference_number` when the file has no such column',
      'customerNum',
    ),
    customerUid("Kybio's own id"),
    referenceNumber('Wonder: your own unique number'),
    customerUuid("Wonder's id"),
  ],
});

/** Columns of a result file, without the `result_` that they carry there. */
export const RESULT_COLUMNS = [
  'row',
  'status',
  'action',
  'errorCode',
  'messages',
  'attempts',
  'customerUid',
  'uuid',
  'balanceBefore',
  'balanceAfter',
  'pointBefore',
  'pointAfter',
  'dataChangeTime',
] as const;

export type ResultColumn = (typeof RESULT_COLUMNS)[number];
