import { LosslessNumber } from 'lossless-json';
import { type JsonFields, ParameterError } from '../json-input.ts';
import { type KybioAnswer, type KybioContext, type KybioEndpoint, REFUSALS, success } from './endpoint.ts';
import type { MemberRow } from './member-table.ts';
import { renderMember, renderPageRow } from './record.ts';

export const queryByNumber: KybioEndpoint = {
  kind: 'read',
  answer: (fields, context) =>
    answerMember(context.state.members.findByNumber(fields.requiredText('customerNum')), context),
};

export const queryByUid: KybioEndpoint = {
  kind: 'read',
  answer: (fields, context) => answerMember(context.state.members.findByUid(fields.uid('customerUid')), context),
};

function answerMember(member: MemberRow | undefined, { appId, switches }: KybioContext): KybioAnswer {
  if (member !== undefined) return success(renderMember(member, appId, switches));
  switch (switches.notFound) {
    case 'nullData':
      return success('null');
    case 'noData':
      return success();
    case 'error2015':
      return REFUSALS.memberMissing;
  }
}

const CURSOR_TYPE = 'LAST_RESULT_MAX_ID';

/** Ascending row id; a cursor comes back on the last page too, so only a short page says that it is the last. */
export const queryCustomerPages: KybioEndpoint = {
  kind: 'read',
  answer(fields, context) {
    const { switches } = context;
    const { members, cursor } = pageAfter(readCursor(fields), context);
    const rows = members.map((member) => renderPageRow(member, switches)).join(',');
    return success(
      `{"postBackParameter":{"parameterType":"${CURSOR_TYPE}","parameterValue":"${cursor}"},"result":[${rows}]` +
        `${switches.pageSizeField ? `,"pageSize":${switches.pageSize}` : ''}}`,
    );
  },
};

function pageAfter(afterId: number, { state, switches: { pageSize, pageCursor } }: KybioContext) {
  const members = state.members.listAfter(afterId, pageSize);
  if (pageCursor === 'onward' || members.length === pageSize) return { members, cursor: members.at(-1)?.id ?? afterId };
  // The last page is filled up with the first members: with a short page the client would end.
  const first = state.members.listAfter(0, pageSize);
  const filled = [...members, ...first.slice(0, pageSize - members.length)];
  return { members: filled, cursor: pageCursor === 'cycle' ? (first.at(-1)?.id ?? 0) : afterId + pageSize };
}

/** The first page: no cursor, null, an empty one or 0, since clients do all of these. */
function readCursor(fields: JsonFields): number {
  if (fields.value('postBackParameter') === '') return 0;
  const cursor = fields.object('postBackParameter');
  if (cursor === undefined) return 0;
  const given = cursor.value('parameterValue');
  const value = given instanceof LosslessNumber ? given.value : (given ?? '');
  if (value === '' || value === '0') return 0;
  if (cursor.text('parameterType') !== CURSOR_TYPE) throw new ParameterError('parameterType is not known');
  if (typeof value !== 'string' || !/^[0-9]{1,15}$/.test(value)) {
    throw new ParameterError('parameterValue is not a cursor');
  }
  return Number(value);
}
