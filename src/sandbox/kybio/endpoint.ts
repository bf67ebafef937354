import type { JsonFields } from '../json-input.ts';
import type { CallKind, VendorContext } from '../vendor-call.ts';
import type { KybioAnswer } from './answer.ts';

export type KybioContext = VendorContext & {
  readonly appId: string;
  readonly appKey: string;
  readonly callId: number;
  /** Calls of this appId on its day, this one included. */
  readonly usedCalls: number;
};

export type KybioEndpoint = {
  readonly kind: CallKind;
  /** The body as parsed, appId and signature checked. Throws ParameterError for 9003. */
  readonly answer: (fields: JsonFields, context: KybioContext) => KybioAnswer;
};
