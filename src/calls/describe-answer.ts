import { type Answer, quoteWords } from '../http/answer.ts';
import { callTexts } from '../texts/runs/calls.ts';

/** What the vendor said, in one line, for evidence and messages. */
export function describeAnswer(answer: Answer<unknown>): string {
  const texts = callTexts();
  switch (answer.kind) {
    case 'success':
      return texts.success;
    case 'refused':
      return texts.refused(answer.errorCode, quoteWords(answer.messages));
    case 'unanswered':
      return texts.unanswered(answer.errorCode, answer.detail);
    case 'not_sent':
      return texts.notSent(answer.errorCode, answer.detail);
  }
}
