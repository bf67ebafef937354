import { promisify } from 'node:util';
import {
  brotliDecompress,
  brotliDecompressSync,
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import { codeOf } from '../base/errors.ts';
import { answerTexts } from '../texts/runs/answers.ts';

/**
 * The largest answer that is taken, before and after decoding. A full page of 1,000 customers has about 0.5 MB.
 * Parsing 4 MiB holds the event loop, and so Ctrl-C, for a tenth of a second.
 */
export const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** Each layer may cost the decoding of 4 MiB. Nobody sends more than one. */
const ENCODINGS_MAX = 2;

/**
 * Below this many compressed bytes decoding runs in place: a small answer takes some 20 µs, less than the
 * way through the thread pool.
 */
const IN_PLACE_BYTES_MAX = 16 * 1024;

type Decoding =
  | { readonly isDecoded: true; readonly body: Buffer }
  | { readonly isDecoded: false; readonly detail: () => string };

/** Undoes `Content-Encoding`. Cut short, damaged, of an unknown kind or too large is not decoded. */
export async function decodeBody(body: Buffer, contentEncoding: string | undefined): Promise<Decoding> {
  const encodings = (contentEncoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (encodings.length > ENCODINGS_MAX) return { isDecoded: false, detail: () => answerTexts().encodedOften };
  let decoded = body;
  // Encodings are listed in the order in which they were applied.
  for (const encoding of encodings.reverse()) {
    // A proxy that labels an empty error page "gzip" is common; there is nothing to decode.
    if (decoded.length === 0) break;
    try {
      decoded = await decodeOnce(decoded, encoding);
    } catch (error) {
      return { isDecoded: false, detail: () => problemOf(error, encoding) };
    }
  }
  return { isDecoded: true, body: decoded };
}

class UnknownEncoding extends Error {}

const gunzipAsync = promisify(gunzip);
const inflateAsync = promisify(inflate);
const inflateRawAsync = promisify(inflateRaw);
const brotliAsync = promisify(brotliDecompress);

async function decodeOnce(body: Buffer, encoding: string): Promise<Buffer> {
  const options = { maxOutputLength: BODY_BYTES_MAX };
  const inPlace = body.length <= IN_PLACE_BYTES_MAX;
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return inPlace ? gunzipSync(body, options) : await gunzipAsync(body, options);
    case 'deflate':
      // RFC 9110 means zlib's format; some servers send the bare stream. The zlib header's low nibble is 8.
      if (((body[0] ?? 0) & 0x0f) === 8)
        return inPlace ? inflateSync(body, options) : await inflateAsync(body, options);
      return inPlace ? inflateRawSync(body, options) : await inflateRawAsync(body, options);
    case 'br':
      return inPlace ? brotliDecompressSync(body, options) : await brotliAsync(body, options);
    default:
      throw new UnknownEncoding();
  }
}

function problemOf(error: unknown, encoding: string): string {
  if (error instanceof UnknownEncoding) return answerTexts().unknownContentEncoding;
  const code = codeOf(error);
  if (code === 'ERR_BUFFER_TOO_LARGE') return answerTexts().tooLarge(BODY_BYTES_MAX);
  return answerTexts().damagedEncoding(encoding, code);
}
