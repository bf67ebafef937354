import { describeAnswer } from '../calls/describe-answer.ts';
import type { Answer } from '../http/answer.ts';

/**
 * An answer as the ledger keeps it for evidence: in words for a person, and the code of a refusal for whoever decides
 * by it (`resolve-row.ts`), since the words are in the language of the run.
 */
export function answerDetail(answer: Answer<unknown>): object {
  return {
    answer: describeAnswer(answer),
    ...(answer.kind === 'refused' && { refused: answer.errorCode }),
    ...(answer.kind === 'success' && { data: answer.data }),
  };
}
