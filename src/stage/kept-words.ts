import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeAllAtOnce } from '../base/whole-bytes.ts';
import { digestOfWords, sealQuoted } from '../ledger/vendor-words.ts';

/**
 * What a vendor said, word for word, until the run needs it no more. A vendor's message may name a member, so the
 * ledger keeps a digest in its place (CONTRACT §7). The words lie in the run's own folder and go with that folder.
 *
 * A message quotes a vendor between “ and ” (`http/answer.ts`). Here “that name exists” becomes
 * “sha256:4f0c…”, and back.
 */
export interface KeptWords {
  /** The text with digests in place of quoted words. The words are kept, as far as the run's folder can take them. */
  seal(runId: string, text: string): string;
  /** The text with its words again; a digest stays where the words are gone. */
  restore(runId: string, text: string): string;
}

const FILE = 'words';

/** About a hundred thousand messages. A vendor that has more to say fills neither disk nor memory. */
const BYTES_MAX = 16 * 1024 * 1024;

const SEALED = /“(sha256:[0-9a-f]{16})”/g;

/** No file stays open: the folder of a run is removed while others are at work. */
export function openKeptWords(homeFolder: string): KeptWords {
  const pathOf = (runId: string): string => join(homeFolder, 'runs', runId, FILE);
  let lastKept: { runId: string; digests: Set<string> } = { runId: '', digests: new Set() };
  let lastRead: { runId: string; size: number; words: ReadonlyMap<string, string> } | undefined;

  const keep = (runId: string, digest: string, words: string): void => {
    if (lastKept.runId !== runId || lastKept.digests.size > DIGESTS_MAX) lastKept = { runId, digests: new Set() };
    if (lastKept.digests.has(digest)) return;
    lastKept.digests.add(digest);
    append(pathOf(runId), `${digest} ${words}`);
  };

  const wordsOf = (runId: string): ReadonlyMap<string, string> => {
    const file = open(pathOf(runId), constants.O_RDONLY);
    if (file === undefined) return new Map();
    try {
      const { size } = fstatSync(file);
      if (lastRead?.runId !== runId || lastRead.size !== size) {
        lastRead = { runId, size, words: readWords(readFileSync(file, 'utf8')) };
      }
      return lastRead.words;
    } finally {
      closeSync(file);
    }
  };

  return {
    seal: (runId, text) => sealQuoted(text, (digest, words) => keep(runId, digest, words)),
    restore(runId, text) {
      if (!text.includes('“sha256:')) return text;
      const words = wordsOf(runId);
      return text.replace(SEALED, (whole, digest: string) => {
        const said = words.get(digest);
        return said === undefined ? whole : `“${said}”`;
      });
    },
  };
}

/** Digests remembered, so that a message that comes a thousand times is written once. */
const DIGESTS_MAX = 10_000;

/** A line that a kill has cut, or that somebody has changed, does not fit its digest, and is left out. */
function readWords(text: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const [digest, said] = [line.slice(0, space), line.slice(space + 1)];
    if (space > 0 && digest === digestOfWords(said)) words.set(digest, said);
  }
  return words;
}

/** Without an error: words that cannot be kept are no reason to stop a run. Their digest is in the ledger. */
function append(path: string, line: string): void {
  const file = open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT);
  if (file === undefined) return;
  try {
    // The line end before it: the last line may have been cut by a kill.
    if (fstatSync(file).size < BYTES_MAX) writeAllAtOnce(file, Buffer.from(`\n${line}`));
  } catch {
    // A full disk.
  } finally {
    closeSync(file);
  }
}

/** Undefined: there is none, or it cannot be opened. A link is not followed; Windows has no such flag. */
function open(path: string, flags: number): number | undefined {
  try {
    return openSync(path, flags | (constants.O_NOFOLLOW ?? 0), 0o600);
  } catch {
    return undefined;
  }
}
