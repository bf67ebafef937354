import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BINARY } from './run-binary.ts';
import type { Workspace } from './workspace.ts';

/**
 * Gives the program a terminal, and types one answer after each question (it ends in a colon, also a Chinese one), as
 * slowly as a person: what would draw over
 * the question has its time. Node alone cannot open a terminal.
 */
const ASKED = String.raw`
import os, pty, re, sys, time
answers = sys.argv[1].split('|')
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
shown = b''
seen = 0
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    shown += data
    question = re.search(rb'(: |\xef\xbc\x9a)(\x1b\[\d+G)?$', shown[seen:])
    if question and answers:
        seen = len(shown)
        time.sleep(0.5)
        answer = answers.pop(0)
        if answer == '<closes the window>':
            os.close(terminal)
            break
        os.write(terminal, (answer + '\n').encode())
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.stdout.buffer.write(re.sub(rb'\x1b\[[0-9;]*[A-Za-z]', b'', shown))
sys.exit(status)
`;

/** In place of an answer: the person closes the window. */
export const CLOSES_WINDOW = '<closes the window>';

/** @returns all that the terminal showed, without colours */
export async function runOnTerminal(
  work: Workspace,
  args: readonly string[],
  { answers, environment }: { readonly answers: readonly string[]; readonly environment: Record<string, string> },
): Promise<{ readonly exitCode: number; readonly shown: string }> {
  const words = ['-c', ASKED, answers.join('|'), process.execPath, BINARY, ...args];
  const env = { PATH: process.env.PATH ?? '', TERM: 'xterm', MEMBERLOAD_HOME: work.home, ...environment };
  try {
    const { stdout } = await promisify(execFile)('python3', words, { cwd: work.folder, env });
    return { exitCode: 0, shown: stdout };
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    if (typeof code !== 'number') throw error;
    return { exitCode: code, shown: stdout ?? '' };
  }
}
