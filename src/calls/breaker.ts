import { type Answer, quoteWords } from '../http/answer.ts';
import { callTexts } from '../texts/runs/calls.ts';

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
      return callTexts().noAnswers(this.#unanswered, answer.errorCode, answer.detail);
    }
    this.#unanswered = 0;
    if (answer.kind === 'success' || !isNobodysRow(answer.meaning)) {
      this.#refusals = 0;
      return undefined;
    }
    this.#refusals = answer.errorCode === this.#refusalCode ? this.#refusals + 1 : 1;
    this.#refusalCode = answer.errorCode;
    if (this.#refusals < SAME_REFUSALS_MAX) return undefined;
    const { sameRefusals, unknownRefusals } = callTexts();
    // An address that is not there is no quota.
    const isKnown = answer.meaning !== 'unknown' || answer.errorCode === 'HTTP_404';
    const tell = isKnown ? sameRefusals : unknownRefusals;
    return tell(this.#refusals, answer.errorCode, quoteWords(answer.messages));
  }
}

function isNobodysRow(meaning: string): boolean {
  return meaning === 'unknown' || meaning === 'too_fast' || meaning === 'repeat';
}
