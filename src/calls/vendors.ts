import { assert, BugError } from '../base/errors.ts';
import type { Answer } from '../http/answer.ts';
import type { Call } from '../job/call.ts';
import type { KybioClient } from '../kybio/client.ts';
import type { Target } from '../ledger/ledger.ts';
import type { WonderClient } from '../wonder/client.ts';
import type { Lane } from './lane.ts';

/** A vendor that this run may call: its client and the lane that its calls go through. */
export type KybioVendor = {
  readonly client: KybioClient;
  readonly lane: Lane;
  /** Codes that the config file says mean "this dataChangeTime was applied before". */
  readonly repeatCodes: readonly string[];
};
export type WonderVendor = { readonly client: WonderClient; readonly lane: Lane };
export type Vendors = { readonly kybio?: KybioVendor; readonly wonder?: WonderVendor };

export function laneOf(vendors: Vendors, target: Target): Lane {
  const vendor = vendors[target];
  assert(vendor, `no client is open for ${target}`);
  return vendor.lane;
}

/** Sends one attempt of a job's call. `dataChangeTime` is the one that the ledger gave to an increment. */
export function sendCall(
  vendors: Vendors,
  call: Call,
  dataChangeTime: string | undefined,
  onSent: () => void,
): Promise<Answer<unknown>> {
  const options = { onSent };
  switch (call.endpoint) {
    case 'customerOpenApi/queryByNumber':
      return kybio(vendors).queryByNumber(call.number, options);
    case 'customerOpenApi/queryByUid':
      return kybio(vendors).queryByUid(call.customerUid, options);
    case 'customerOpenApi/add':
      return kybio(vendors).add(call.customerInfo, options);
    case 'customerOpenApi/updateBaseInfo':
      return kybio(vendors).updateBaseInfo(call.customerUid, call.fields, options);
    case 'customerOpenApi/updateBalancePointByIncrement':
      assert(dataChangeTime, 'an increment was about to be sent without a recorded dataChangeTime');
      return kybio(vendors).updateBalancePointByIncrement(
        {
          customerUid: call.customerUid,
          pointIncrement: call.pointIncrement,
          balanceIncrement: call.balanceIncrement,
          dataChangeTime,
        },
        options,
      );
    case 'GET /customers':
      throw new BugError('a customer is never asked for by uuid: only pages hold it');
    case 'GET /customers/ref/:id':
      return wonder(vendors).findCustomerByReference(call.reference, options);
    case 'POST /customers':
      return wonder(vendors).createCustomer(call.fields, options);
    case 'PUT /customers/:id':
      return wonder(vendors).updateCustomer(call.uuid, call.fields, options);
  }
}

function kybio(vendors: Vendors): KybioClient {
  assert(vendors.kybio, 'no Kybio client is open');
  return vendors.kybio.client;
}

function wonder(vendors: Vendors): WonderClient {
  assert(vendors.wonder, 'no Wonder client is open');
  return vendors.wonder.client;
}
