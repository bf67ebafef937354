import { addDecimals } from '../base/decimal.ts';
import { assert, BugError } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { Answer } from '../http/answer.ts';
import type { CallOptions } from '../http/call-options.ts';
import {
  type Call,
  type DataOf,
  isLookup,
  type LookupCall,
  type LookupEndpoint,
  type WriteCall,
  type WriteEndpoint,
} from '../job/call.ts';
import type { KybioClient } from '../kybio/client.ts';
import type { Target } from '../ledger/ledger.ts';
import type { WonderClient } from '../wonder/client.ts';
import type { Vendors } from './vendors.ts';

/** A call that reads one record. Each may be repeated. */
type ReadEntry<C> = {
  readonly vendor: Target;
  /** Whether the key is the vendor's own id, and not the number that a shop gives. */
  readonly isById: boolean;
  /** The number or id that the lookup names. */
  key(call: C): string;
  send(vendors: Vendors, call: C, options: CallOptions): Promise<Answer<TextFields | undefined>>;
};

/** A call that changes something. */
type WriteEntry<C, Data> = {
  readonly vendor: Target;
  /** Whether sending the call twice does no more than sending it once. */
  readonly isRepeatable: boolean;
  send(vendors: Vendors, call: C, options: CallOptions): Promise<Answer<Data>>;
  /** What a success changes in what was read before. */
  change(call: C, data: Data): SnapshotChange;
  /** What a plan takes for the vendor's answer. */
  assumed(call: C): Data;
};

/**
 * What a write does to the copy of the vendor's records:
 * - patch: these fields of the record with this id are now so
 * - patch_number: the same, for the record with this number; a record that the copy lacks may be new
 * - added: a record with this number is there now
 */
type SnapshotChange =
  | { readonly kind: 'patch'; readonly id: string; readonly fields: TextFields }
  | { readonly kind: 'patch_number'; readonly number: string; readonly fields: TextFields }
  | { readonly kind: 'added'; readonly number: string };

/*
 * Every endpoint that a job may call: those that read, then those that write. The compiler names what a new
 * endpoint lacks here.
 */

const READS: { readonly [E in LookupEndpoint]: ReadEntry<Call<E>> } = {
  'customerOpenApi/queryByNumber': {
    vendor: 'kybio',
    isById: false,
    key: ({ number }) => number,
    send: (vendors, { number }, options) => kybio(vendors).queryByNumber(number, options),
  },
  'customerOpenApi/queryByUid': {
    vendor: 'kybio',
    isById: true,
    key: ({ customerUid }) => customerUid,
    send: (vendors, { customerUid }, options) => kybio(vendors).queryByUid(customerUid, options),
  },
  'GET /customers/ref/:id': {
    vendor: 'wonder',
    isById: false,
    key: ({ reference }) => reference,
    send: (vendors, { reference }, options) => wonder(vendors).findCustomerByReference(reference, options),
  },
  'GET /customers': {
    vendor: 'wonder',
    isById: true,
    key: ({ uuid }) => uuid,
    send: () => {
      throw new BugError('a customer is never asked for by uuid: only pages hold it');
    },
  },
};

const WRITES: { readonly [E in WriteEndpoint]: WriteEntry<Call<E>, DataOf<E>> } = {
  'customerOpenApi/add': {
    vendor: 'kybio',
    isRepeatable: false,
    send: (vendors, { customerInfo }, options) => kybio(vendors).add(customerInfo, options),
    change: ({ customerInfo }) => ({ kind: 'added', number: customerInfo.number ?? '' }),
    assumed: () => ({}),
  },
  'customerOpenApi/updateBaseInfo': {
    vendor: 'kybio',
    isRepeatable: true,
    send: (vendors, { customerUid, fields }, options) => kybio(vendors).updateBaseInfo(customerUid, fields, options),
    change: ({ customerUid, fields }) => ({ kind: 'patch', id: customerUid, fields }),
    assumed: () => undefined,
  },
  'customerOpenApi/updateBalancePointByIncrement': {
    vendor: 'kybio',
    isRepeatable: false,
    send: (vendors, call, options) => {
      const { customerUid, pointIncrement, balanceIncrement, dataChangeTime } = call;
      assert(dataChangeTime, 'an increment was about to be sent without a recorded dataChangeTime');
      const increment = { customerUid, pointIncrement, balanceIncrement, dataChangeTime };
      return kybio(vendors).updateBalancePointByIncrement(increment, options);
    },
    change: ({ customerUid }, { pointAfterUpdate, balanceAfterUpdate }) => ({
      kind: 'patch',
      id: customerUid,
      fields: { point: pointAfterUpdate, balance: balanceAfterUpdate },
    }),
    assumed: ({ customerUid, pointIncrement, balanceIncrement, before }) => ({
      customerUid,
      pointIncrement,
      balanceIncrement,
      pointBeforeUpdate: before?.point ?? '0',
      balanceBeforeUpdate: before?.balance ?? '0',
      pointAfterUpdate: addDecimals(before?.point ?? '0', pointIncrement),
      balanceAfterUpdate: addDecimals(before?.balance ?? '0', balanceIncrement),
    }),
  },
  'POST /customers': {
    vendor: 'wonder',
    isRepeatable: true,
    send: (vendors, { fields }, options) => wonder(vendors).createCustomer(fields, options),
    change: ({ fields }) => ({ kind: 'patch_number', number: fields.reference_number ?? '', fields }),
    assumed: ({ fields }) => fields,
  },
  'PUT /customers/:id': {
    vendor: 'wonder',
    isRepeatable: true,
    send: (vendors, { uuid, fields }, options) => wonder(vendors).updateCustomer(uuid, fields, options),
    change: ({ uuid, fields }) => ({ kind: 'patch', id: uuid, fields }),
    assumed: ({ fields }) => fields,
  },
};

export function vendorOf(call: Call): Target {
  return isLookup(call) ? READS[call.endpoint].vendor : WRITES[call.endpoint].vendor;
}

export function isRepeatable({ endpoint }: WriteCall): boolean {
  return WRITES[endpoint].isRepeatable;
}

/** The number or id that a lookup names. */
export function lookupKey<E extends LookupEndpoint>(call: Call<E>): string {
  const endpoint: E = call.endpoint;
  return READS[endpoint].key(call);
}

/** Whether a lookup goes by the vendor's own id, and not by the number that a shop gives. */
export function isById({ endpoint }: LookupCall): boolean {
  return READS[endpoint].isById;
}

/** Sends one attempt of a lookup. Undefined: there is no such record. */
export function sendLookup<E extends LookupEndpoint>(
  vendors: Vendors,
  call: Call<E>,
  options: CallOptions,
): Promise<Answer<TextFields | undefined>> {
  const endpoint: E = call.endpoint;
  return READS[endpoint].send(vendors, call, options);
}

/** Sends one attempt of a write. An increment must carry the dataChangeTime that the ledger gave it. */
export function sendWrite<E extends WriteEndpoint>(
  vendors: Vendors,
  call: Call<E>,
  options: CallOptions,
): Promise<Answer<DataOf<E>>> {
  const endpoint: E = call.endpoint;
  return WRITES[endpoint].send(vendors, call, options);
}

/** What a success of the write changes in what was read before. */
export function changeOf<E extends WriteEndpoint>(call: Call<E>, data: DataOf<E>): SnapshotChange {
  const endpoint: E = call.endpoint;
  return WRITES[endpoint].change(call, data);
}

/** What a plan takes for the vendor's answer to the write. */
export function assumedData<E extends WriteEndpoint>(call: Call<E>): DataOf<E> {
  const endpoint: E = call.endpoint;
  return WRITES[endpoint].assumed(call);
}

function kybio(vendors: Vendors): KybioClient {
  assert(vendors.kybio, 'no Kybio client is open');
  return vendors.kybio.client;
}

function wonder(vendors: Vendors): WonderClient {
  assert(vendors.wonder, 'no Wonder client is open');
  return vendors.wonder.client;
}
