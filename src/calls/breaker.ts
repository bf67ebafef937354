import { type Answer, quoteWords } from '../http/answer.ts';

/** As DESIGN §5 says. */
const SAME_REFUSALS_MAX = 10;
const UNANSWERED_MAX = 20;

/**
 * Notices that something is wrong with the account or the vendor rather than with single rows: ten refusals
 * in a row with one code that is not a row's fault, or twenty calls in a row without an answer.
 */
export class Breaker {
  #refusalCode = '';
  #refusals = 0;
  #unanswered = 0;

  /** @returns why the run must stop, or undefined */
  observe(answer: Answer<unknown>): string | undefined {
    if (answer.kind === 'unanswered' || answer.kind === 'not_sent') {
      this.#unanswered += 1;
      if (this.#unanswered < UNANSWERED_MAX) return undefined;
      return `${this.#unanswered} calls in a row without an answer; the last: ${answer.errorCode}, ${answer.detail}`;
    }
    this.#unanswered = 0;
    if (answer.kind === 'success' || !isNobodysRow(answer.meaning)) {
      this.#refusals = 0;
      return undefined;
    }
    this.#refusals = answer.errorCode === this.#refusalCode ? this.#refusals + 1 : 1;
    this.#refusalCode = answer.errorCode;
    if (this.#refusals < SAME_REFUSALS_MAX) return undefined;
    const refusals = `${this.#refusals} refusals in a row with code ${answer.errorCode} (${quoteWords(answer.messages) || 'without a message'})`;
    // An address that is not there is no quota.
    if (answer.meaning !== 'unknown' || answer.errorCode === 'HTTP_404') return refusals;
    return `${refusals}. If it means that the day's calls are used up, put it into kybio.quotaCodes of the config file; if too many calls at once, into kybio.tooFastCodes or wonder.tooFastCodes`;
  }
}

function isNobodysRow(meaning: string): boolean {
  return meaning === 'unknown' || meaning === 'too_fast' || meaning === 'repeat';
}
