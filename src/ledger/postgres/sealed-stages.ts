import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { assert, EXIT, OperatorError, usageError } from '../../base/errors.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';
import { Columns } from '../columns.ts';
import type { StageStore } from '../ledger.ts';
import type { WriterParts } from './parts.ts';

/** Seals what lies in the database: members' data, which the database and its backups must not be able to read. */
export type DataKey = { readonly bytes: Buffer; readonly id: string };

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Bytes of one sealed piece. */
const PIECE_BYTES = 256 * 1024;

/**
 * Reads a key as `openssl rand -base64 32` or `openssl rand -hex 32` prints it.
 *
 * @throws OperatorError BAD_DATA_KEY (exit 2); the text is not repeated
 */
export function readDataKey(text: string): DataKey {
  const given = text.trim();
  const bytes = Buffer.from(given, /^[0-9a-f]{64}$/i.test(given) ? 'hex' : 'base64');
  if (bytes.length !== KEY_BYTES) {
    const { badDataKey, badDataKeyHint } = sharedLedgerTexts();
    throw usageError('BAD_DATA_KEY', badDataKey(KEY_BYTES), badDataKeyHint);
  }
  return { bytes, id: createHash('sha256').update('memberload data key').update(bytes).digest('hex').slice(0, 16) };
}

/** AES-256-GCM: nonce, ciphertext, tag. `about` is authenticated: a piece cannot take another one's place. */
export function seal(plain: Buffer, { bytes }: DataKey, about: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(about, 'utf8'));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
}

/** @throws Error when the piece is not what was sealed under that name */
function unseal(sealed: Buffer, { bytes }: DataKey, about: string): Buffer {
  const cut = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', bytes, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(about, 'utf8'));
  decipher.setAuthTag(sealed.subarray(cut));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, cut)), decipher.final()]);
}

export function openStageStore(parts: WriterParts, key: DataKey | undefined): StageStore {
  const { queue, read, workerId } = parts;
  const about = (runId: string, file: string, piece: number, pieceCount: number): string =>
    `${runId}/${file}/${piece}/${pieceCount}`;
  return {
    hasKey: key !== undefined,
    async write(runId, file, size, bytes) {
      assert(key, 'rows are never put into the ledger unsealed');
      const pieceCount = Math.ceil(size / PIECE_BYTES);
      await queue.alone(async (query) => {
        // What a killed process has left of it.
        await query('DELETE FROM memberload.stage_file WHERE run_id = $1 AND file = $2', [runId, file]);
        await query('INSERT INTO memberload.stage_file VALUES ($1, $2, $3, $4, $5)', [
          ...[runId, file, workerId, key.id, pieceCount],
        ]);
      });
      let piece = 0;
      const put = async (plain: Buffer): Promise<void> => {
        const sealed = seal(plain, key, about(runId, file, piece, pieceCount));
        await queue.alone((query) =>
          query('INSERT INTO memberload.stage_piece VALUES ($1, $2, $3, $4)', [runId, file, piece, sealed]),
        );
        piece += 1;
      };
      let rest = Buffer.alloc(0);
      for await (const chunk of bytes) {
        rest = Buffer.concat([rest, chunk]);
        while (rest.length >= PIECE_BYTES) {
          await put(rest.subarray(0, PIECE_BYTES));
          rest = rest.subarray(PIECE_BYTES);
        }
      }
      if (rest.length > 0) await put(rest);
    },
    async *read(runId, file) {
      const [record] = await read('SELECT key_id, pieces FROM memberload.stage_file WHERE run_id = $1 AND file = $2', [
        runId,
        file,
      ]);
      if (record === undefined) return;
      if (key === undefined) throw noKey(runId);
      const columns = new Columns(record);
      if (columns.text('key_id') !== key.id) throw otherKey(runId);
      const pieceCount = columns.integer('pieces');
      for (let piece = 0; piece < pieceCount; piece += 1) {
        const [found] = await read(
          'SELECT sealed FROM memberload.stage_piece WHERE run_id = $1 AND file = $2 AND piece = $3',
          [runId, file, piece],
        );
        const { sealed } = (found ?? {}) as { sealed?: unknown };
        try {
          if (!(sealed instanceof Buffer)) throw new Error('it is not there');
          yield unseal(sealed, key, about(runId, file, piece, pieceCount));
        } catch (error) {
          throw damaged(runId, error);
        }
      }
    },
    async holds(runId) {
      const records = await read('SELECT FROM memberload.stage_file WHERE run_id = $1', [runId]);
      return records.length > 0;
    },
    remove: (runId) =>
      queue.alone(async (query) => {
        await query('DELETE FROM memberload.stage_file WHERE run_id = $1', [runId]);
      }),
  };
}

function noKey(runId: string): OperatorError {
  const { noDataKey, noDataKeyHint, nothingSent } = sharedLedgerTexts();
  return usageError('NO_DATA_KEY', noDataKey(runId), nothingSent(noDataKeyHint));
}

function otherKey(runId: string): OperatorError {
  const { otherDataKey, otherDataKeyHint, nothingSent } = sharedLedgerTexts();
  return usageError('OTHER_DATA_KEY', otherDataKey(runId), nothingSent(otherDataKeyHint));
}

function damaged(runId: string, cause: unknown): OperatorError {
  const { stageDamaged, stageDamagedHint } = sharedLedgerTexts();
  const message = stageDamaged(runId);
  return new OperatorError({ code: 'STAGE_FAILED', message, hint: stageDamagedHint, exitCode: EXIT.stopped, cause });
}
