import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { latestLocalTime, renderCron, renderSystemd, renderWindows, type Schedule } from '../../src/cli/schedule.ts';
import { temporaryFolder } from '../support/workspace.ts';

const SHANGHAI = 'Asia/Shanghai';
const NOVEMBER = Date.UTC(2026, 10, 22);
const JULY = Date.UTC(2026, 6, 1);

function plan(changes: Partial<Schedule> = {}): Schedule {
  return {
    ...{ quotaTime: '00:10', localTime: '18:10', quotaZone: SHANGHAI, localZone: 'Europe/Berlin' },
    program: ['/usr/bin/node', '/opt/memberload/dist/main.js'],
    words: ['resume', '--all', '--quiet'],
    folder: '/srv/members',
    variables: [['MEMBERLOAD_HOME', '/var/lib/memberload']],
    ...changes,
  };
}

describe('the time on this machine', () => {
  test.each([
    // 00:10 in Shanghai is 17:10 in winter and 18:10 in summer: at 17:10 a summer job would come an hour early.
    ['Europe/Berlin', SHANGHAI, '18:10'],
    ['America/New_York', SHANGHAI, '12:10'],
    ['Asia/Hong_Kong', SHANGHAI, '00:10'],
    ['Asia/Kolkata', SHANGHAI, '21:40'],
    // Both change, at other dates and in other directions.
    ['Australia/Sydney', 'Europe/London', '11:10'],
    // 00:10 in winter is 23:10 of the day before in summer, or the other way round: the later is after midnight.
    ['Europe/London', 'Africa/Lagos', '00:10'],
  ])('in %s is the latest of the year, whenever it is asked for', (localZone, quotaZone, time) => {
    for (const nowMs of [NOVEMBER, JULY]) expect(latestLocalTime('00:10', quotaZone, localZone, nowMs)).toBe(time);
  });
});

describe('the line for cron', () => {
  test('is one line that a shell runs in the folder of the run, whatever its name', () => {
    const folder = join(temporaryFolder(), "O'Brien 50% & 会员");
    mkdirSync(folder);
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\necho "$PWD|$MEMBERLOAD_HOME|$*"\n', { mode: 0o755 });
    const [, line = ''] = renderCron(plan({ folder, program: [join(folder, 'tool')] }));
    expect(line).toMatch(/^10 18 \* \* \* cd /);
    // cron turns \% into %.
    const command = line.replace(/^(\S+ ){5}/, '').replaceAll('\\%', '%');
    const printed = execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8' });
    expect(printed).toBe(`${folder}|/var/lib/memberload|resume --all --quiet\n`);
  });
});

describe('the units for systemd', () => {
  test('start at the time of the quota, need no file of variables, and tell of lingering', () => {
    const text = renderSystemd(plan({ folder: '/srv/50% off' })).join('\n');
    expect(text).toContain('OnCalendar=*-*-* 00:10:00 Asia/Shanghai');
    expect(text).toContain('EnvironmentFile=-%h/.config/memberload.env');
    expect(text).toContain('WorkingDirectory=/srv/50%% off');
    expect(text).toContain('ExecStart=/usr/bin/node /opt/memberload/dist/main.js resume --all --quiet');
    expect(text).toContain('loginctl enable-linger');
  });
});

describe('the lines for Windows', () => {
  const windows = {
    folder: 'C:\\Users\\Chan Tai Man\\Documents\\members 50%',
    variables: [['MEMBERLOAD_HOME', 'C:\\Users\\Chan Tai Man\\AppData\\Local\\memberload']] as const,
    program: ['C:\\Program Files\\nodejs\\node.exe', `C:\\${'a-long-folder\\'.repeat(20)}main.js`],
  };

  test('start a batch file in the folder, keep the task short, and set no key', () => {
    const lines = renderWindows(plan(windows));
    expect(lines).toContain('cd /d "C:\\Users\\Chan Tai Man\\Documents\\members 50%%"');
    expect(lines.find((line) => line.includes('node.exe'))).toMatch(/"resume" "--all" "--quiet"$/);
    const create = lines.find((line) => line.startsWith('schtasks')) ?? '';
    expect(create).toBe(
      'schtasks /Create /TN memberload /SC DAILY /ST 18:10 /TR "\\"C:\\Users\\Chan Tai Man\\Documents\\members 50%\\memberload-resume.cmd\\""',
    );
    expect(/\/TR "(.*)"$/.exec(create)?.[1]?.length).toBeLessThan(261);
    expect(lines.join('\n')).not.toMatch(/^setx/m);
  });

  test('say so when no task can hold the path', () => {
    const text = renderWindows(plan({ ...windows, folder: `C:\\${'x'.repeat(250)}` })).join('\n');
    expect(text).not.toContain('schtasks');
    expect(text).toContain('too long');
  });
});
