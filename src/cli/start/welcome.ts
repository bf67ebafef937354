/** What `memberload` alone prints: three commands to begin with, which need no account. */
export function welcomeText(): string {
  return [
    'memberload reads member lists (CSV, Excel) and writes them to Kybio and to Wonder.',
    '',
    'Three commands to begin with. None of them needs an account:',
    '',
    '  memberload template members -o members.csv    a file with the columns and one example row',
    '  memberload validate members.csv               checks your file; sends nothing',
    '  memberload import members.csv --sandbox       tries it out on your own computer',
    '',
    'With an account: memberload init asks for it. All commands: memberload --help',
  ].join('\n');
}
