import type { TextFields } from '../base/text-fields.ts';

/**
 * One call that a job wants made, by the vendor's own name for it. Pure data: who sends it, when, how
 * often and what it costs is the run's business.
 */
export type Call =
  | { readonly endpoint: 'customerOpenApi/queryByNumber'; readonly number: string; readonly source: LookupSource }
  | { readonly endpoint: 'customerOpenApi/queryByUid'; readonly customerUid: string; readonly source: LookupSource }
  | { readonly endpoint: 'customerOpenApi/add'; readonly customerInfo: TextFields }
  | { readonly endpoint: 'customerOpenApi/updateBaseInfo'; readonly customerUid: string; readonly fields: TextFields }
  | Increment
  | { readonly endpoint: 'GET /customers/ref/:id'; readonly reference: string; readonly source: LookupSource }
  /** Wonder documents no call for one customer by uuid: only what was read by pages can answer. */
  | { readonly endpoint: 'GET /customers'; readonly uuid: string; readonly source: 'snapshot_only' }
  | { readonly endpoint: 'POST /customers'; readonly fields: TextFields }
  | { readonly endpoint: 'PUT /customers/:id'; readonly uuid: string; readonly fields: TextFields };

/**
 * Where a lookup may be answered from:
 * - vendor: a call, whatever was read before
 * - snapshot: what was read by pages, absence included, when all pages are in
 * - snapshot_if_present: what was read by pages; a record that they do not hold is asked for
 * - snapshot_if_whole: what a lookup of its own has read before; what only a page holds is asked for
 * - snapshot_only: what was read by pages, never a call
 */
export type LookupSource = 'vendor' | 'snapshot' | 'snapshot_if_present' | 'snapshot_if_whole' | 'snapshot_only';

/** What a lookup answers. */
export type Found =
  | {
      readonly state: 'present';
      readonly fields: TextFields;
      /** Fields that may exist although `fields` does not hold them: a page does not carry them. */
      readonly lacks: readonly string[];
      /** Read by this run: old enough values are no evidence of what an increment did. */
      readonly isOfThisRun: boolean;
      /** When it was read, milliseconds since the epoch. */
      readonly readMs?: number;
    }
  | { readonly state: 'absent' }
  /** `snapshot_only`, and not all pages were read. */
  | { readonly state: 'not_read' };

/** An increment without its dataChangeTime: the ledger gives that when it records the intent. */
export type Increment = {
  readonly endpoint: 'customerOpenApi/updateBalancePointByIncrement';
  readonly customerUid: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  /** Given by the row; else the ledger allocates one. */
  readonly dataChangeTime: string | undefined;
  /** The member's values as last read by this run, the evidence that settling needs; absent when not read. */
  readonly before: { readonly point: string; readonly balance: string; readonly readMs?: number } | undefined;
};

export type Endpoint = Call['endpoint'];

/** Whether sending the call twice does no more than sending it once (DESIGN §5). */
export function isRepeatable(endpoint: Endpoint): boolean {
  return endpoint !== 'customerOpenApi/add' && endpoint !== 'customerOpenApi/updateBalancePointByIncrement';
}

export type LookupCall = Extract<Call, { readonly source: LookupSource }>;

/** Calls that change something at the vendor: an intent is recorded before each. */
export type WriteCall = Exclude<Call, LookupCall>;

export function isLookup(call: Call): call is LookupCall {
  return 'source' in call;
}
