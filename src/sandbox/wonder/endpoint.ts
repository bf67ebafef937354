import type { Reply } from '../reply.ts';
import type { CallKind, VendorContext } from '../vendor-call.ts';

export type WonderRequest = {
  readonly body: Buffer;
  /** The last part of the path, percent-decoded: the uuid or the reference number. */
  readonly id: string;
  readonly query: URLSearchParams;
};

export type WonderEndpoint = {
  readonly kind: CallKind;
  /** Credentials have been checked. Throws ParameterError for invalid parameters. */
  readonly answer: (request: WonderRequest, context: VendorContext) => Reply;
};
