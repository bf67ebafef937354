import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCallLog } from '../../src/http/call-log.ts';
import { maskedBodies } from '../../src/http/mask-body.ts';
import { openKybioClient } from '../../src/kybio/client.ts';
import { heldClock } from '../support/held-clock.ts';
import { openHttpServer } from '../support/http-server.ts';
import { temporaryFolder } from '../support/workspace.ts';

const SETTINGS = {
  appId: 'APP',
  appKey: 'the-secret-key',
  signature: 'both',
  timeoutMs: 5000,
  connections: 1,
  codes: { quota: [], tooFast: [], notFound: ['2015'], repeat: [] },
  answerSignature: 'ignore',
  password: 'plain',
} as const;

const log = (path: string, changes: Partial<Parameters<typeof openCallLog>[1]> = {}) =>
  openCallLog(path, {
    withBodies: false,
    clock: heldClock(Date.UTC(2026, 0, 2)),
    version: '1.2.3',
    onFailure: () => undefined,
    ...changes,
  });

/** Adds one member through a client with a log; the vendor answers `answer`. */
async function addedWith(answer: string, withBodies: boolean) {
  const path = join(temporaryFolder(), 'calls.jsonl');
  const server = await openHttpServer((_request, response) => response.setHeader('x-request-id', 'R-1').end(answer));
  const calls = log(path, { withBodies });
  const client = openKybioClient({ ...SETTINGS, baseUrl: server.baseUrl }, heldClock(), { log: calls });
  const member = { number: '13800138000', name: '陈大文', phone: '13800138000', password: 'pass123', point: '12.50' };
  await client.add(member, { about: { rowNumber: 7, attempt: 2 } });
  await client.close();
  await server.close();
  calls.close();
  const text = readFileSync(path, 'utf8');
  return { path, text, line: JSON.parse(text.trim().split('\n')[1] ?? '') as Record<string, unknown> };
}

describe('the log of calls', () => {
  test('has a line of JSON for each call, with what a support asks for', async () => {
    const { path, line } = await addedWith('{"status":"error","errorCode":2012,"messages":["exists"]}', false);
    expect(line).toMatchObject({
      row: 7,
      attempt: 2,
      endpoint: 'customerOpenApi/add',
      status: 200,
      outcome: 'refused',
      code: '2012',
      answeredId: 'R-1',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(Object.keys(line)).not.toContain('requestBody');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('shows bodies only when they are asked for, and then nobody in them, no signature and no key', async () => {
    const answer = '{"status":"error","errorCode":2012,"messages":["会员陈大文 13800138000 已存在, a@b.hk"]}';
    const { text, line } = await addedWith(answer, true);
    expect(line.requestBody).toBe(
      '{"appId":"APP","customerInfo":{"number":"***8000","name":"***","phone":"***","password":"***","point":12.50}}',
    );
    expect(line.answerBody).toBe('{"status":"error","errorCode":2012,"messages":["会员*** *** 已存在, ***"]}');
    for (const secret of ['陈大文', '13800138000', 'pass123', 'the-secret-key', 'signature', 'time-stamp', 'a@b.hk']) {
      expect(text).not.toContain(secret);
    }
  });

  test('is appended to, and made private again', () => {
    const path = join(temporaryFolder(), 'calls.jsonl');
    log(path).close();
    chmodSync(path, 0o644);
    log(path).close();
    expect(readFileSync(path, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('never touches a file that is no log, a link, a folder or a pipe', () => {
    const folder = temporaryFolder();
    const members = join(folder, 'members.csv');
    writeFileSync(members, 'number,name\n1,A\n');
    symlinkSync(members, join(folder, 'link'));
    symlinkSync(join(folder, 'nothing'), join(folder, 'dangling'));
    mkdirSync(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const name of ['members.csv', 'link', 'dangling', 'folder', 'pipe', 'no-folder/log']) {
      expect(() => log(join(folder, name)), name).toThrow(
        expect.objectContaining({ code: 'LOG_NOT_WRITABLE', exitCode: 2 }),
      );
    }
    expect(readFileSync(members, 'utf8')).toBe('number,name\n1,A\n');
  });
});

describe('a masked body', () => {
  test.each([
    [
      'a nested object that nobody knows',
      '{"data":{"extInfo":{"number":"4242424242424242"}}}',
      '{"data":{"extInfo":"***"}}',
    ],
    [
      'a card',
      '{"customer":{"default_payment_token":{"credit_card":{"number":"4242"}}}}',
      '{"customer":{"default_payment_token":"***"}}',
    ],
    ['a new field', '{"wechat":"wx1","data":[{"tax_id":12345}]}', '{"wechat":"***","data":[{"tax_id":"***"}]}'],
    ['what is empty', '{"name":"","phone":null}', '{"name":"","phone":null}'],
    [
      'ids and amounts, digit for digit',
      '{"customerUid":231607639459718452,"balance":0.10}',
      '{"customerUid":231607639459718452,"balance":0.10}',
    ],
  ])('%s', (_what, body, masked) => {
    expect(maskedBodies({ body, result: BROKEN }).requestBody).toBe(masked);
  });

  test('that is no JSON is left out', () => {
    expect(maskedBodies({ body: '<html>陈大文</html>', result: BROKEN })).toEqual({});
  });
});

const BROKEN = { kind: 'broken', wasSent: true, errorCode: 'TIMEOUT', detail: () => '' } as const;
