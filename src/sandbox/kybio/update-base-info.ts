import { type JsonFields, objectField, ParameterError, textField, uidField } from '../json-input.ts';
import { acceptedName, readBirthday } from './add.ts';
import { REFUSALS, refusal, success } from './answer.ts';
import type { KybioEndpoint } from './endpoint.ts';

/**
 * Changes the seven documented fields; an empty one changes nothing, and there is no way to clear one.
 * Other fields (enable, category, discount, password) are ignored: their acceptance is not documented.
 */
export const updateBaseInfo: KybioEndpoint = {
  kind: 'write',
  answer(fields, { state, switches }) {
    const info = objectField(fields, 'customerInfo');
    if (info === undefined) throw new ParameterError('customerInfo is missing');
    const customerUid = uidField(info, 'customerUid');
    const given = readBaseInfo(info);
    const member = state.members.findByUid(customerUid);
    if (member === undefined) return REFUSALS.memberMissing;
    if (member.enable === -1) return REFUSALS.noPermission;
    const name = acceptedName(given.name, switches);
    if (name === undefined) return refusal('2013', '修改会员失败: 姓名含有不支持的字符');
    state.members.setBaseInfo({
      ...member,
      name: name || member.name,
      phone: given.phone || member.phone,
      birthday: given.birthday || member.birthday,
      qq: given.qq || member.qq,
      email: given.email || member.email,
      address: given.address || member.address,
      remarks: given.remarks || member.remarks,
    });
    return success();
  },
};

function readBaseInfo(info: JsonFields) {
  const text = (name: string) => textField(info, name) ?? '';
  return {
    name: text('name'),
    phone: text('phone'),
    birthday: readBirthday(info),
    qq: text('qq'),
    email: text('email'),
    address: text('address'),
    remarks: text('remarks'),
  };
}
