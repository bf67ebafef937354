import { createHash } from 'node:crypto';

/**
 * What a vendor says stands between “ and ” in a message (`http/answer.ts`). A vendor may name a member, so the ledger
 * holds a digest in the place of the words: “sha256:4f0c…” (CONTRACT §7).
 */
const QUOTED = /“([^“”]*)”/g;
const DIGEST = /^sha256:[0-9a-f]{16}$/;
const SEALED = /“sha256:[0-9a-f]{16}”/;

export function digestOfWords(words: string): string {
  return `sha256:${createHash('sha256').update(words).digest('hex').slice(0, 16)}`;
}

/**
 * The text with a digest in the place of everything that is quoted.
 *
 * @param keep is given the words that are left out, with their digest
 */
export function sealQuoted(text: string, keep: (digest: string, words: string) => void): string {
  return text.replace(QUOTED, (whole, words: string) => {
    if (words === '' || DIGEST.test(words)) return whole;
    const digest = digestOfWords(words);
    keep(digest, words);
    return `“${digest}”`;
  });
}

/**
 * A row's messages as an earlier build has recorded them, without a vendor's words. Such builds quoted nothing, so
 * the whole message may be the vendor's.
 *
 * @param hasStage false: of a run of the first builds, which also put the vendor's words under codes of ours
 */
export function sealOldMessages(messagesJson: string, errorCode: string, hasStage: boolean): string {
  const messages: unknown = JSON.parse(messagesJson);
  if (!Array.isArray(messages)) return '[]';
  // Our own codes are words; those of a vendor have a digit.
  const isOurs = hasStage && !/\d/.test(errorCode);
  return JSON.stringify(
    messages.map((message) => {
      const text = sealQuoted(String(message), () => undefined);
      return text === '' || isOurs || (hasStage && SEALED.test(text)) ? text : whole(text);
    }),
  );
}

/** The same for evidence. A refusal keeps its code: the evidence is judged by it (`send/resolve-row.ts`). */
export function sealOldEvidence(detailJson: string): string {
  const detail: unknown = JSON.parse(detailJson);
  if (typeof detail !== 'object' || detail === null || !('answer' in detail)) return detailJson;
  const text = sealQuoted(String(detail.answer), () => undefined);
  const [, before = '', said = ''] = /^(refused [^:]*: )(.*)$/s.exec(text) ?? [];
  const isOurs = said === '' || said === 'without a message' || SEALED.test(said);
  return JSON.stringify({ ...detail, answer: isOurs ? text : `${before}${whole(said)}` });
}

function whole(text: string): string {
  return `“${digestOfWords(text)}”`;
}
