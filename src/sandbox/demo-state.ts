import { createHash } from 'node:crypto';
import { type MemberFields, PLAIN_MEMBER } from './kybio/member-table.ts';
import type { VendorState } from './vendor-state.ts';
import { NO_TEXTS } from './wonder/customer-table.ts';

const ORDINARY = '普通会员';
const GOLD = 'Gold Card';

/** Amounts that a double cannot hold are among them on purpose. */
const MEMBERS: readonly (Partial<MemberFields> & { number: string })[] = [
  { number: '8008010001', name: '陈大文', phone: '91234567', categoryName: GOLD, point: '1280', balance: '350.50' },
  { number: '8008010002', name: '王小明', phone: '13800138000', categoryName: ORDINARY, point: '36', balance: '0.1' },
  {
    number: '8008010003',
    name: 'Emily Tan',
    phone: '6591112222',
    email: 'emily.tan@example.com',
    categoryName: GOLD,
    point: '450.5',
    balance: '90071992547409.93',
    birthday: '1988-02-29 00:00:00',
  },
  { number: '8008010004', name: '李丽', phone: '13911112222', qq: '673874555', categoryName: ORDINARY },
  { number: '8008010005', name: 'Ah Hock', address: '63 Ubi Road 1, #02-45', remarks: 'prefers a call', point: '7' },
  { number: '8008010006', name: '黃志強', phone: '98765432', categoryName: GOLD, discount: '90', balance: '-12.30' },
  { number: '8008010007', name: "Sinead O'Brien", email: 'sinead@example.com', point: '0.003', balance: '20' },
  { number: '8008010008', name: '张伟', phone: '13700001111', categoryName: ORDINARY, enable: 0, balance: '5.00' },
  {
    number: '8008010009',
    name: '林美玲',
    phone: '91230009',
    expiryDate: '2027-12-31 00:00:00',
    passwordMd5: createHash('md5').update('123456').digest('hex').toUpperCase(),
    point: '9007199254740993',
  },
  { number: '8008010010', name: 'Tan, Wei "Jack"', phone: '81110010', address: '牛车水大厦 1 号', point: '88' },
  { number: '8008010011', name: '欧阳娜娜', birthday: '1995-06-15 00:00:00', onAccount: 0, balance: '1000' },
  { number: '8008010012', name: 'Closed Account', phone: '80000012', enable: -1, balance: '3.21' },
];

const CUSTOMERS: readonly { reference: string; name: string; phone: string; email: string; method: string }[] = [
  { reference: 'K0001', name: '陳大文', phone: '91234567', email: '', method: 'Credit Card' },
  { reference: 'K0002', name: 'Emily Tan', phone: '61112222', email: 'emily.tan@example.com', method: '' },
  { reference: 'K0003', name: '黃志強', phone: '98765432', email: 'wong@example.hk', method: 'Alipay' },
  { reference: 'K0004', name: "Sinead O'Brien", phone: '55501234', email: '', method: 'Wechat Pay' },
  { reference: 'K0005', name: '林美玲', phone: '91230009', email: '', method: '' },
];

/** What a new state starts with. Categories belong to the store's setup, so even an empty one has them. */
export function fillDemoState(state: VendorState, idSeed: number, isEmpty: boolean): void {
  state.categories.insert(idSeed, ORDINARY, '100');
  state.categories.insert(idSeed, GOLD, '90');
  if (isEmpty) return;
  for (const member of MEMBERS) state.members.insert(idSeed, { ...PLAIN_MEMBER, ...member });
  for (const { reference, name, phone, email, method } of CUSTOMERS) {
    const given = { name, phone, email, dial_code: '+852', default_payment_method: method };
    state.customers.insert(idSeed, reference, { ...NO_TEXTS, ...given });
  }
}
