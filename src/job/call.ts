import type { TextFields } from '../base/text-fields.ts';

/**
 * One call that a job wants made, by the vendor's own name for it. Pure data: who sends it, when, how
 * often and what it costs is the run's business.
 */
export type Call =
  | { readonly endpoint: 'customerOpenApi/queryByNumber'; readonly number: string }
  | { readonly endpoint: 'customerOpenApi/queryByUid'; readonly customerUid: string }
  | { readonly endpoint: 'customerOpenApi/add'; readonly customerInfo: TextFields }
  | { readonly endpoint: 'customerOpenApi/updateBaseInfo'; readonly customerUid: string; readonly fields: TextFields }
  | Increment
  | { readonly endpoint: 'GET /customers/ref/:id'; readonly reference: string }
  | { readonly endpoint: 'POST /customers'; readonly fields: TextFields }
  | { readonly endpoint: 'PUT /customers/:id'; readonly uuid: string; readonly fields: TextFields };

/** An increment without its dataChangeTime: the ledger gives that when it records the intent. */
export type Increment = {
  readonly endpoint: 'customerOpenApi/updateBalancePointByIncrement';
  readonly customerUid: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  /** Given by the row; else the ledger allocates one. */
  readonly dataChangeTime: string | undefined;
  /** The member's values as last read by this run, the evidence that settling needs; absent when not read. */
  readonly before: { readonly point: string; readonly balance: string } | undefined;
};

export type Endpoint = Call['endpoint'];

/** Whether sending the call twice does no more than sending it once (DESIGN §5). */
export function isRepeatable(endpoint: Endpoint): boolean {
  return endpoint !== 'customerOpenApi/add' && endpoint !== 'customerOpenApi/updateBalancePointByIncrement';
}

/** Whether the call changes something at the vendor, so that an intent is recorded before it. */
export function isWrite(endpoint: Endpoint): boolean {
  switch (endpoint) {
    case 'customerOpenApi/add':
    case 'customerOpenApi/updateBaseInfo':
    case 'customerOpenApi/updateBalancePointByIncrement':
    case 'POST /customers':
    case 'PUT /customers/:id':
      return true;
    default:
      return false;
  }
}
