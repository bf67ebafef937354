import { requiredText, uidField } from './json-input.ts';
import { type KybioAnswer, REFUSALS, success } from './kybio-answer.ts';
import type { KybioContext, KybioEndpoint } from './kybio-endpoint.ts';
import { renderMember } from './kybio-record.ts';
import type { MemberRow } from './member-table.ts';

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
