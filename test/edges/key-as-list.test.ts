import { describe, expect, test } from 'vitest';
import { openWorkspace } from '../support/workspace.ts';

const KEY = 'SUPERSECRETKEY42abcdef';

/** What people have beside their lists, and name by mistake in the place of one. */
const FILES: readonly (readonly [name: string, content: string | Uint8Array])[] = [
  ['a key, and what somebody wrote below it', `${KEY}\nsecond ${KEY}\n`],
  ['a key in UTF-16 without a mark', Buffer.from(KEY, 'utf16le').swap16()],
  ['a key with bytes of no encoding', Buffer.from(`${KEY}\xff\xfe\x81`, 'latin1')],
  ['an address with a password', `postgres://me:${KEY}@db.example/ledger\n`],
  ['a key and a delimiter', `${KEY};other\n`],
];

describe('a key in the place of a list', () => {
  test.each(FILES)('%s is refused, and shown nowhere', async (_name, content) => {
    const work = openWorkspace();
    work.file('k.txt', content);
    const commands = [
      ['validate'],
      ['validate', '--as', 'members'],
      ['import', '--sandbox', '-n'],
      ['map', '--as', 'topup'],
    ];
    const ended = await Promise.all(
      commands.map(([name = '', ...flags]) => work.run([name, 'k.txt', ...flags, '--json'])),
    );
    for (const { exitCode, stdout, stderr } of ended) {
      expect([exitCode, stdout + stderr]).toEqual([
        expect.toBeOneOf([2, 3]),
        expect.not.stringMatching(/SECRETKEY|42abc/),
      ]);
    }
    const { exitCode } = ended[2] ?? {};
    expect(exitCode).toBe(3);
  });

  test('control: the names of a list whose columns nobody knows are told', async () => {
    const work = openWorkspace();
    work.file('l.csv', 'Card #,Owner\n1,A\n');
    expect((await work.run(['import', 'l.csv', '--sandbox', '-n'])).stderr).toContain("It has: 'Card #', 'Owner'.");
    work.file('l.csv', 'Karte\n1\n');
    expect((await work.run(['validate', 'l.csv'])).stderr).toMatch(/a name of 5 characters \(not shown/);
  });
});
