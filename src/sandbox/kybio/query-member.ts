import { requiredText, uidField } from '../json-input.ts';
import { type KybioAnswer, REFUSALS, success } from './answer.ts';
import type { KybioContext, KybioEndpoint } from './endpoint.ts';
import type { MemberRow } from './member-table.ts';
import { renderMember } from './record.ts';

export const queryByNumber: KybioEndpoint = {
  kind: 'read',
  answer: (fields, context) =>
    answerMember(context.state.members.findByNumber(requiredText(fields, 'customerNum')), context),
};

export const queryByUid: KybioEndpoint = {
  kind: 'read',
  answer: (fields, context) => answerMember(context.state.members.findByUid(uidField(fields, 'customerUid')), context),
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
