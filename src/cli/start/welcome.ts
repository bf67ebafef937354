import { helpTexts } from '../../texts/cli/help.ts';

/** What `memberload` alone prints: three commands to begin with, which need no account. */
export function welcomeText(): string {
  const texts = helpTexts();
  return [
    texts.welcome,
    '',
    texts.threeCommands,
    '',
    `  ${'memberload template members -o members.csv'.padEnd(46)}${texts.threeAbouts.template}`,
    `  ${'memberload validate members.csv'.padEnd(46)}${texts.threeAbouts.validate}`,
    `  ${'memberload import members.csv --sandbox'.padEnd(46)}${texts.threeAbouts.import}`,
    '',
    texts.withAccount,
  ].join('\n');
}
