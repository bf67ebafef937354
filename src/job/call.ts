import type { TextFields } from '../base/text-fields.ts';
import type { Answer } from '../http/answer.ts';
import type { IncrementAnswer } from '../kybio/data-readers.ts';

/**
 * Every call that a job can ask for, by the vendor's own name for it: what the call needs, and the data that a
 * success gives the job. Pure data: who sends the call, when, and how often, is told in `calls/endpoints.ts`.
 */
type Calls = {
  'customerOpenApi/queryByNumber': {
    needs: { readonly number: string; readonly source: LookupSource };
    gives: Found;
  };
  'customerOpenApi/queryByUid': {
    needs: { readonly customerUid: string; readonly source: LookupSource };
    gives: Found;
  };
  'GET /customers/ref/:id': {
    needs: { readonly reference: string; readonly source: LookupSource };
    gives: Found;
  };
  /** Wonder documents no call for one customer by uuid: only what was read by pages can answer. */
  'GET /customers': {
    needs: { readonly uuid: string; readonly source: 'snapshot_only' };
    gives: Found;
  };
  'customerOpenApi/add': {
    needs: { readonly customerInfo: TextFields };
    gives: { readonly customerUid?: string };
  };
  'customerOpenApi/updateBaseInfo': {
    needs: { readonly customerUid: string; readonly fields: TextFields };
    gives: unknown;
  };
  'customerOpenApi/updateBalancePointByIncrement': {
    needs: {
      readonly customerUid: string;
      /** The member's number; '' when it is not known. */
      readonly number: string;
      readonly pointIncrement: string;
      readonly balanceIncrement: string;
      /** The row's own reference of the credit; '' when it has none. */
      readonly reference: string;
      /** So many credits of the same, given before, are those of other rows of the file. */
      readonly siblingCredits: number;
      /** Given by the row; else the ledger chooses it when it records the intent. */
      readonly dataChangeTime: string | undefined;
      /** The member's values as this run read them: the evidence that settling needs. Undefined: not read. */
      readonly before: ValuesBefore | undefined;
      /** The difference to a target: sending the row twice does no harm, so no earlier credit stops it. */
      readonly isTarget: boolean;
    };
    gives: IncrementAnswer;
  };
  'POST /customers': { needs: { readonly fields: TextFields }; gives: TextFields };
  'PUT /customers/:id': { needs: { readonly uuid: string; readonly fields: TextFields }; gives: unknown };
};

type Endpoint = keyof Calls;

export type LookupEndpoint = { [E in Endpoint]: Calls[E]['gives'] extends Found ? E : never }[Endpoint];

/** Calls that change something at the vendor: an intent is recorded before each. */
export type WriteEndpoint = Exclude<Endpoint, LookupEndpoint>;

/** The call of one endpoint, or of any of several. */
export type Call<E extends Endpoint = Endpoint> = { [K in E]: { readonly endpoint: K } & Calls[K]['needs'] }[E];

export type LookupCall = Call<LookupEndpoint>;
export type WriteCall = Call<WriteEndpoint>;
export type Increment = Call<'customerOpenApi/updateBalancePointByIncrement'>;

/** What a success of the endpoint gives the job. */
export type DataOf<E extends Endpoint> = Calls[E]['gives'];

/** `sequence`: of the ledger, before the read was sent. What was credited later is not in these values. */
export type ValuesBefore = { readonly point: string; readonly balance: string; readonly sequence: number };

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
      /** Values read before this run began prove nothing about an increment. */
      readonly isOfThisRun: boolean;
      /** Of the ledger, before the read was sent. */
      readonly sequence: number;
    }
  | { readonly state: 'absent' }
  /** `snapshot_only`, and not all pages were read. */
  | { readonly state: 'not_read' };

/** A record that was found. */
export type Present = Extract<Found, { readonly state: 'present' }>;

export function isLookup(call: Call): call is LookupCall {
  return 'source' in call;
}

/**
 * A step of a job: asks for a call, and gives its answer with the type that belongs to the endpoint. Whoever
 * drives the steps answers every call with that endpoint's data (`calls/endpoints.ts` is typed so), which is why
 * the cast is true. This is the only cast.
 */
export function* ask<C extends Call>(call: C): Generator<Call, Answer<DataOf<C['endpoint']>>, Answer<unknown>> {
  return (yield call) as Answer<DataOf<C['endpoint']>>;
}
