import { assert } from '../base/errors.ts';
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
