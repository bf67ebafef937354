import { jsonReply, type Reply } from '../reply.ts';
import type { SandboxSwitches } from '../switches.ts';
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

/** Only E000002 is published; the other codes are the sandbox's own, in its shape. */
export const WONDER_ERRORS = {
  badCredential: { httpStatus: 401, code: 'E000002', message: 'Invalid Credential Format.' },
  badNonce: { httpStatus: 401, code: 'E000003', message: 'Invalid Signature.' },
  wrong: { httpStatus: 401, code: 'E000003', message: 'Invalid Signature.' },
  expired: { httpStatus: 401, code: 'E000004', message: 'Request Expired.' },
  unknownApp: { httpStatus: 401, code: 'E000005', message: 'Unknown AppID.' },
  unknownCode: { httpStatus: 400, code: 'E007777', message: 'System busy.' },
  internal: { httpStatus: 500, code: 'E000001', message: 'Internal Server Error.' },
} as const;

type WonderError = { readonly httpStatus: number; readonly code: string; readonly message: string };

export function invalidParameters(message: string): WonderError {
  return { httpStatus: 400, code: 'E000011', message: `Invalid parameters: ${message}.` };
}

/** `data` is JSON text. */
export function renderWonderSuccess(
  data: string,
  switches: SandboxSwitches,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return jsonReply(200, `{"code":${switches.wonderSuccessCode},"message":"succeed","data":${data}}`, headers);
}

/** The three shapes of api/wonder.md §3. */
export function renderWonderError(error: WonderError, switches: SandboxSwitches): Reply {
  const code = JSON.stringify(error.code);
  const message = JSON.stringify(error.message);
  const bodies = {
    docs: `{"code":${code},"message":${message}}`,
    vendor: `{"code":${error.httpStatus},"error_code":${code},"error_message":${message},"data":null}`,
    oldest: `{"error_code":${code},"error_message":${message},"data":null}`,
  };
  return jsonReply(error.httpStatus, bodies[switches.wonderErrorStyle]);
}

export function renderCustomerMissing(switches: SandboxSwitches): Reply {
  if (switches.wonderNotFound === 'nullData') return renderWonderSuccess('null', switches);
  const httpStatus = switches.wonderNotFound === 'http404' ? 404 : 400;
  return renderWonderError({ httpStatus, code: 'E000012', message: 'Customer not found.' }, switches);
}
