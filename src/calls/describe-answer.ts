import { type Answer, quoteWords } from '../http/answer.ts';

/** What the vendor said, in one line, for evidence and messages. */
export function describeAnswer(answer: Answer<unknown>): string {
  switch (answer.kind) {
    case 'success':
      return 'success';
    case 'refused':
      return `refused ${answer.errorCode}: ${quoteWords(answer.messages) || 'without a message'}`;
    case 'unanswered':
      return `no answer that can be believed (${answer.errorCode}: ${answer.detail})`;
    case 'not_sent':
      return `not sent (${answer.errorCode}: ${answer.detail})`;
  }
}
