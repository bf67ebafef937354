import type { JsonFields } from '../json-input.ts';
import { jsonReply, type Reply } from '../reply.ts';
import type { SandboxSwitches } from '../switches.ts';
import type { CallKind, VendorContext } from '../vendor-call.ts';
import { signKybioAnswer } from './signature.ts';

export type KybioContext = VendorContext & {
  readonly appId: string;
  readonly callId: number;
};

export type KybioEndpoint = {
  readonly kind: CallKind;
  /** The body as parsed, appId and signature checked. Throws ParameterError for 9003. */
  readonly answer: (fields: JsonFields, context: KybioContext) => KybioAnswer;
};

/** `data` is JSON text, so that ids and amounts keep their digits; undefined: the answer has no data. */
export type KybioAnswer =
  | { readonly status: 'success'; readonly data?: string }
  | { readonly status: 'error'; readonly errorCode: string; readonly message: string };

export function success(data?: string): KybioAnswer {
  return data === undefined ? { status: 'success' } : { status: 'success', data };
}

export function refusal(errorCode: string, message: string): KybioAnswer {
  return { status: 'error', errorCode, message };
}

/** The codes of api/kybio.md §4. Texts are the sandbox's, except 1032, which is captured. */
export const REFUSALS = {
  missing: refusal('1031', '请求头中没有签名'),
  wrong: refusal('1032', '消息体与消息签名不匹配'),
  uncheckable: refusal('1033', '检查签名时发生错误'),
  unknownAppId: refusal('1034', 'appId错误，找不到对应的用户'),
  memberExists: refusal('2012', '会员已存在，不能重复添加'),
  memberMissing: refusal('2015', '会员不存在'),
  noPermission: refusal('2016', '没有权限修改该会员'),
} as const;

export function renderKybioAnswer(answer: KybioAnswer, appKey: string, switches: SandboxSwitches, httpStatus = 200) {
  const body = answer.status === 'success' ? renderSuccess(answer.data, switches) : renderError(answer, switches);
  return signedReply(httpStatus, body, appKey, switches);
}

export function signedReply(httpStatus: number, body: string, appKey: string, switches: SandboxSwitches): Reply {
  return jsonReply(httpStatus, body, switches.signResponses ? { 'data-signature': signKybioAnswer(appKey, body) } : {});
}

function renderSuccess(data: string | undefined, switches: SandboxSwitches): string {
  const messages = switches.messagesAsText ? '""' : '[]';
  const errorCode = switches.errorCodeOnSuccess === 'null' ? ',"errorCode":null' : '';
  const tail = data === undefined ? '' : `,"data":${data}`;
  return `{"status":"${spelled('success', switches)}","messages":${messages}${errorCode}${tail}}`;
}

/** No key `data`, as captured. */
function renderError(error: { errorCode: string; message: string }, switches: SandboxSwitches): string {
  const text = JSON.stringify(error.message);
  const messages = switches.messagesAsText ? text : `[${text}]`;
  return `{"status":"${spelled('error', switches)}","messages":${messages},"errorCode":${error.errorCode}}`;
}

function spelled(status: string, switches: SandboxSwitches): string {
  if (switches.statusCase === 'lower') return status;
  return switches.statusCase === 'upper' ? status.toUpperCase() : status.charAt(0).toUpperCase() + status.slice(1);
}
