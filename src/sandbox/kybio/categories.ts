import { JsonFields, ParameterError } from '../json-input.ts';
import { renderAmount } from './amounts.ts';
import { type KybioEndpoint, REFUSALS, refusal, success } from './endpoint.ts';
import { renderUid } from './record.ts';

const CHANGES_MAX = 100;

export const queryAllCustomerCategory: KybioEndpoint = {
  kind: 'read',
  answer(_fields, { state, switches }) {
    const rows = state.categories
      .list()
      .map(
        (category) =>
          `{"name":${JSON.stringify(category.name)},"discount":${renderAmount(category.discount, switches.decimalStyle)}` +
          `,"uid":${renderUid(category.uid, switches)},"enable":${category.enable},"isPoint":${category.isPoint}}`,
      );
    return success(`[${rows.join(',')}]`);
  },
};

/** All of the list, or nothing of it. */
export const batchUpdateCategory: KybioEndpoint = {
  kind: 'write',
  answer(fields, { state }) {
    const changes = readChanges(fields);
    const planned: { memberId: number; categoryName: string }[] = [];
    for (const change of changes) {
      const member = state.members.findByUid(change.customerUid);
      if (member === undefined) return REFUSALS.memberMissing;
      if (member.enable === -1) return REFUSALS.noPermission;
      const category = state.categories.findByUid(change.categoryUid);
      if (category === undefined) return refusal('2013', '修改会员失败: 会员分类不存在');
      planned.push({ memberId: member.id, categoryName: category.name });
    }
    for (const { memberId, categoryName } of planned) state.members.setCategory(memberId, categoryName);
    return success();
  },
};

/** The article names the items but not the list: whichever field holds a list is taken. */
function readChanges(fields: JsonFields): { customerUid: string; categoryUid: string }[] {
  const items = Object.values(fields.all).find(Array.isArray);
  if (items === undefined || items.length === 0) throw new ParameterError('the list of changes is missing');
  if (items.length > CHANGES_MAX) throw new ParameterError(`more than ${CHANGES_MAX} changes`);
  return items.map((item) => {
    const change = new JsonFields(item, 'a change');
    return { customerUid: change.uid('customerUid'), categoryUid: change.uid('customerCategoryUid') };
  });
}
