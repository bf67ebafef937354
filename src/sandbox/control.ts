import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LosslessNumber } from 'lossless-json';
import { errorText, OperatorError } from '../base/errors.ts';
import type { SandboxTools } from './call-handler.ts';
import { seededChance } from './chance.ts';
import { booksChunks, memberChunks } from './control-books.ts';
import { seedMembers } from './control-seed.ts';
import { type JsonFields, ParameterError, parseJsonFields } from './json-input.ts';
import { changeBySomebodyElse, readChangeTime } from './kybio/increment.ts';
import type { MemberRow } from './kybio/member-table.ts';
import { deliver, jsonReply } from './reply.ts';
import { mergeSwitches, parseSwitches } from './switches.ts';
import type { IncomingCall } from './vendor-call.ts';

type ControlCall = Pick<IncomingCall, 'method' | 'path' | 'query' | 'body'>;

export type Control = {
  answer(call: ControlCall, response: ServerResponse): Promise<void>;
};

/** What tests and people see and change behind the vendors' backs: unsigned, uncounted, without faults. */
export function controlOf({ state, running, clock, log }: SandboxTools): Control {
  return {
    async answer({ method, path, query, body }, response) {
      const send = (value: unknown, httpStatus = 200) =>
        deliver(response, jsonReply(httpStatus, JSON.stringify(value)), false);
      const sendFound = (found: unknown) => (found === undefined ? send({ error: 'not found' }, 404) : send(found));
      try {
        switch (`${method} ${path}`) {
          case 'GET /sandbox/books':
            return await stream(response, booksChunks(state, log));
          case 'GET /sandbox/members':
            if (!query.has('number') && !query.has('customerUid')) return await stream(response, memberChunks(state));
            return sendFound(findMember(query));
          case 'GET /sandbox/customers':
            if (!query.has('reference_number')) return send(state.customers.list(-1, 0));
            return sendFound(state.customers.findByReference(query.get('reference_number') ?? ''));
          case 'GET /sandbox/calls':
            return send(log.since(Number(query.get('since') ?? 0)));
          case 'GET /sandbox/switches':
            return send(running.switches);
          case 'PUT /sandbox/switches':
            return send(changeSwitches(parseJsonFields(body)));
          case 'POST /sandbox/members':
            return send(seedMembers(body, state));
          case 'POST /sandbox/adjust':
            return send(adjust(parseJsonFields(body)));
          case 'DELETE /sandbox/state':
            state.reset(running.switches);
            log.clear();
            running.resets += 1;
            running.chance = seededChance(running.switches.seed);
            return send({ members: state.members.count(), customers: state.customers.count() });
          default:
            return send({ error: `${method} ${path} is not known` }, 404);
        }
      } catch (error) {
        if (response.headersSent) return void response.destroy();
        const isAskedWrongly = error instanceof OperatorError || error instanceof ParameterError;
        const hint = error instanceof OperatorError ? ` ${error.hint}` : '';
        send({ error: `${errorText(error)}${hint}` }, isAskedWrongly ? 400 : 409);
      }
    },
  };

  function findMember(query: URLSearchParams): MemberRow | undefined {
    const number = query.get('number');
    return number === null
      ? state.members.findByUid(query.get('customerUid') ?? '')
      : state.members.findByNumber(number);
  }

  function changeSwitches(fields: JsonFields) {
    const texts: Record<string, string> = {};
    for (const [name, value] of Object.entries(fields.all)) {
      texts[name] = value instanceof LosslessNumber ? value.value : String(value);
    }
    const changes = parseSwitches(texts);
    running.switches = mergeSwitches(running.switches, changes);
    if (changes.seed !== undefined) running.chance = seededChance(changes.seed);
    return running.switches;
  }

  /** What somebody else changes meanwhile: a sale at a till or, with a dataChangeTime, another client's increment. */
  function adjust(fields: JsonFields): MemberRow {
    const number = fields.requiredText('number');
    const change = {
      point: fields.looseAmount('pointIncrement') ?? '0',
      balance: fields.looseAmount('balanceIncrement') ?? '0',
      dataChangeTime: fields.value('dataChangeTime') === undefined ? '' : readChangeTime(fields),
    };
    return state.store.transaction(() => {
      const member = state.members.findByNumber(number);
      if (member === undefined) throw new ParameterError(`there is no member ${number}`);
      return changeBySomebodyElse(member, change, { state, switches: running.switches, nowMs: clock.nowMs() });
    });
  }
}

async function stream(response: ServerResponse, chunks: Iterable<string>): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json;charset=UTF-8' });
  await pipeline(Readable.from(chunks), response);
}
