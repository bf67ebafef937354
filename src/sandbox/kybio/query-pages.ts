import { LosslessNumber } from 'lossless-json';
import { field, type JsonFields, objectField, ParameterError, textField } from '../json-input.ts';
import { success } from './answer.ts';
import type { KybioEndpoint } from './endpoint.ts';
import { renderPageRow } from './record.ts';

const CURSOR_TYPE = 'LAST_RESULT_MAX_ID';

/** Ascending row id; a cursor comes back on the last page too, so only a short page says that it is the last. */
export const queryCustomerPages: KybioEndpoint = {
  kind: 'read',
  answer(fields, { state, switches }) {
    const afterId = readCursor(fields);
    const members = state.members.listAfter(afterId, switches.pageSize);
    const cursor = members.at(-1)?.id ?? afterId;
    const rows = members.map((member) => renderPageRow(member, switches)).join(',');
    return success(
      `{"postBackParameter":{"parameterType":"${CURSOR_TYPE}","parameterValue":"${cursor}"},"result":[${rows}]` +
        `${switches.pageSizeField ? `,"pageSize":${switches.pageSize}` : ''}}`,
    );
  },
};

/** The first page: no cursor, null, an empty one or 0, since clients do all of these. */
function readCursor(fields: JsonFields): number {
  if (field(fields, 'postBackParameter') === '') return 0;
  const cursor = objectField(fields, 'postBackParameter');
  if (cursor === undefined) return 0;
  const given = field(cursor, 'parameterValue');
  const value = given instanceof LosslessNumber ? given.value : (given ?? '');
  if (value === '' || value === '0') return 0;
  if (textField(cursor, 'parameterType') !== CURSOR_TYPE) throw new ParameterError('parameterType is not known');
  if (typeof value !== 'string' || !/^[0-9]{1,15}$/.test(value)) {
    throw new ParameterError('parameterValue is not a cursor');
  }
  return Number(value);
}
