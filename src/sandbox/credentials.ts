import { createPublicKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireNoLink } from '../base/private-folder.ts';

/** Made up, and the same in every sandbox: they open nothing but a loopback port. */
export const KYBIO_APP_ID = 'ABCDEFABCDEFABCDEFABCDEFABCDEFAB';
export const KYBIO_APP_KEY = '1234567890123456789';
export const WONDER_APP_ID = '5a4db0c5-0c1e-4e57-8b0c-000000000001';

const KEY_FILE = 'wonder-private-key.pem';

type WonderKey = {
  readonly privateKeyFile: string;
  readonly publicKey: KeyObject;
  /** Removes what was only made for this sandbox. */
  remove(): void;
};

/** Generated once per state folder. A sandbox in memory gets a temporary folder for the key. */
export async function openWonderKey(stateFolder: string): Promise<WonderKey> {
  const isInMemory = stateFolder === ':memory:';
  const folder = isInMemory ? mkdtempSync(join(tmpdir(), 'memberload-sandbox-')) : stateFolder;
  const file = join(folder, KEY_FILE);
  requireNoLink(file);
  if (existsSync(file)) chmodSync(file, 0o600);
  else {
    const pem = await (isInMemory ? sharedPem() : generatePem());
    // Renamed into place: a kill in between must not leave half a key.
    const draft = `${file}.${randomUUID()}.draft`;
    writeFileSync(draft, pem, { mode: 0o600 });
    renameSync(draft, file);
  }
  return {
    privateKeyFile: file,
    publicKey: createPublicKey(readFileSync(file, 'utf8')),
    remove: () => isInMemory && rmSync(folder, { recursive: true, force: true }),
  };
}

/** Making a key takes up to a second: sandboxes in memory share one per process. */
let shared: Promise<string> | undefined;

function sharedPem(): Promise<string> {
  shared ??= generatePem();
  return shared;
}

async function generatePem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
