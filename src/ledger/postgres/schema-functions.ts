/**
 * What must hold together, as functions in the database. A group of writes is one call of `apply`: one statement, one
 * transaction, one round trip. So no lock is ever held while this program, or the laptop that it runs on, stands still.
 *
 * Each statement inside a function sees what others have committed before it (READ COMMITTED): a guard that reads
 * after it has taken a lock sees everything that the lock's former holder has done.
 *
 * The rules of the guard are those of `credit-guard.ts`. The contract suite runs on both.
 */
export const ROW_FUNCTIONS = `
  CREATE OR REPLACE FUNCTION memberload.clock_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

  CREATE OR REPLACE FUNCTION memberload.is_alive(id bigint) RETURNS boolean LANGUAGE sql VOLATILE AS
    'SELECT EXISTS (SELECT FROM memberload.worker
       WHERE worker_id = id AND ended_ms IS NULL AND lease_until_ms > memberload.clock_ms())';

  -- Settings of a session are lost behind a pooler that shares connections by transaction. So every transaction that
  -- decides something asks for a durable commit itself.
  CREATE OR REPLACE FUNCTION memberload.make_durable() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
      PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'default_transaction_isolation of this role is %, and must be read committed',
        current_setting('transaction_isolation');
    END IF;
  END $$;

  -- Which server this is, and on which line of its history. Both change when another copy of the data takes over.
  CREATE OR REPLACE FUNCTION memberload.server_line(OUT system_identifier bigint, OUT timeline bigint) LANGUAGE sql VOLATILE AS $$
    SELECT (SELECT c.system_identifier FROM pg_control_system() AS c),
      ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint
  $$;

  CREATE OR REPLACE FUNCTION memberload.is_accepted_line() RETURNS boolean LANGUAGE sql VOLATILE AS $$
    SELECT EXISTS (SELECT FROM memberload.accepted_line AS a, memberload.server_line() AS now
      WHERE a.system_identifier = now.system_identifier AND a.timeline = now.timeline)
  $$;

  -- An amount that is not given adds nothing.
  CREATE OR REPLACE FUNCTION memberload.is_same_amount(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE AS
    'SELECT a = b OR COALESCE(NULLIF(a, ''''), ''0'')::numeric = COALESCE(NULLIF(b, ''''), ''0'')::numeric';

  -- Rows as the guard sees them: whether each one counts, and whether it was taken back.
  CREATE OR REPLACE VIEW memberload.other_row AS
    SELECT r.*, COALESCE(run.created_ms, 0) AS run_created_ms,
      COALESCE(r.state IN ('intent', 'in_doubt') OR r.state = 'done' AND r.data_change_time <> ''
        OR r.state IN ('planned', 'open', 'retry') AND run.state NOT IN ('finished', 'cancelled'), false)::int AS is_credit,
      (EXISTS (SELECT FROM memberload.run_row AS undo
        WHERE undo.undoes_run <> '' AND undo.undoes_run = r.run_id AND undo.undoes_row = r.row_number
          AND undo.state = 'done' AND undo.data_change_time <> ''))::int AS is_undone
    FROM memberload.run_row AS r LEFT JOIN memberload.run USING (run_id);

  -- The newest time of the member up to that one; '' when there is none. Times are ordered as texts.
  CREATE OR REPLACE FUNCTION memberload.newest_time(of_account text, uid text, up_to text) RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT COALESCE(max(data_change_time COLLATE "C"), '') FROM memberload.change_time
    WHERE account = of_account AND customer_uid = uid AND data_change_time COLLATE "C" <= up_to
  $$;

  -- Takes the first second from that one on that is later than every time up to the limit, and was never had.
  CREATE OR REPLACE FUNCTION memberload.claim_time(of_account text, uid text, from_time text, up_to text) RETURNS text
  LANGUAGE plpgsql AS $$
  DECLARE
    wanted text := memberload.newest_time(of_account, uid, up_to);
    is_next boolean := wanted COLLATE "C" >= from_time;
  BEGIN
    IF NOT is_next THEN wanted := from_time; END IF;
    LOOP
      -- Reckoned without a zone: always the greater text.
      IF is_next THEN wanted := to_char(wanted::timestamp + interval '1 second', 'YYYY-MM-DD HH24:MI:SS'); END IF;
      INSERT INTO memberload.change_time VALUES (of_account, uid, wanted) ON CONFLICT DO NOTHING;
      IF FOUND THEN RETURN wanted; END IF;
      is_next := true;
    END LOOP;
  END $$;

  -- Writes the row's change whatever anybody else did: the callers have decided. Keeps in_flight in step.
  CREATE OR REPLACE FUNCTION memberload.write_row(me bigint, at_ms bigint, was memberload.run_row, change jsonb) RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE
    r memberload.run_row := jsonb_populate_record(was, change);
  BEGIN
    r.changed_by := me;
    r.updated_ms := at_ms;
    r.sequence := nextval('memberload.row_sequence');
    INSERT INTO memberload.run_row SELECT r.*
    ON CONFLICT (run_id, row_number, target) DO UPDATE SET
      state = r.state, operation = r.operation, action = r.action, error_code = r.error_code,
      messages_json = r.messages_json, attempts = r.attempts, account = r.account, customer_uid = r.customer_uid,
      number = r.number, uuid = r.uuid, category_uid = r.category_uid, point_increment = r.point_increment,
      balance_increment = r.balance_increment, reference = r.reference, campaign = r.campaign,
      data_change_time = r.data_change_time, point_before = r.point_before, point_after = r.point_after,
      balance_before = r.balance_before, balance_after = r.balance_after, intent_ms = r.intent_ms,
      intent_worker = r.intent_worker, changed_by = r.changed_by, updated_ms = r.updated_ms, sequence = r.sequence;
    IF r.account = '' THEN RETURN; END IF;
    IF r.state IN ('intent', 'in_doubt') AND r.data_change_time <> '' THEN
      INSERT INTO memberload.in_flight VALUES (r.account, r.customer_uid, r.run_id, r.row_number, r.target)
      ON CONFLICT DO NOTHING;
    ELSE
      DELETE FROM memberload.in_flight AS f WHERE (f.account, f.customer_uid) = (r.account, r.customer_uid)
        AND (f.run_id, f.row_number, f.target) = (r.run_id, r.row_number, r.target);
    END IF;
  END $$;

  -- The row as it is, locked; a row that is not there yet as one without any value.
  CREATE OR REPLACE FUNCTION memberload.lock_row(op jsonb) RETURNS memberload.run_row LANGUAGE plpgsql AS $$
  DECLARE
    r memberload.run_row;
  BEGIN
    SELECT * INTO r FROM memberload.run_row
    WHERE run_id = op->>'runId' AND row_number = (op->>'rowNumber')::bigint AND target = op->>'target' FOR UPDATE;
    IF FOUND THEN RETURN r; END IF;
    RETURN jsonb_populate_record(NULL::memberload.run_row, jsonb_build_object(
      'run_id', op->>'runId', 'row_number', op->'rowNumber', 'target', op->>'target', 'state', '', 'operation', '',
      'action', '', 'error_code', '', 'messages_json', '[]', 'attempts', 0, 'account', '', 'customer_uid', '',
      'number', '', 'uuid', '', 'category_uid', '', 'point_increment', '', 'balance_increment', '', 'reference', '',
      'campaign', '', 'data_change_time', '', 'point_before', '', 'point_after', '', 'balance_before', '',
      'balance_after', '', 'undoes_run', '', 'undoes_row', 0, 'intent_ms', 0, 'intent_worker', 0, 'changed_by', 0,
      'sequence', 0));
  END $$;

  CREATE OR REPLACE FUNCTION memberload.add_evidence(at_ms bigint, op jsonb, what text, detail text) RETURNS void
  LANGUAGE sql AS $$
    INSERT INTO memberload.evidence (run_id, row_number, recorded_ms, kind, detail_json)
    VALUES (op->>'runId', (op->>'rowNumber')::bigint, at_ms, what, detail)
  $$;

  -- What an answer that came late says against what the row became meanwhile; null: the two agree.
  CREATE OR REPLACE FUNCTION memberload.contradiction(r memberload.run_row, sender bigint, late jsonb) RETURNS text
  LANGUAGE plpgsql AS $$
  DECLARE
    is_sent_again boolean := r.intent_worker <> sender OR EXISTS (SELECT FROM memberload.evidence AS e
      WHERE e.run_id = r.run_id AND e.row_number = r.row_number AND e.kind = 'repeat');
  BEGIN
    CASE
      WHEN late->>'state' = 'done' AND r.state <> 'done' THEN
        RETURN 'A late answer contradicts: the vendor applied it, and the row had become "' || r.state || '" meanwhile.';
      WHEN late->>'state' = 'done' AND (late->>'point_after', late->>'balance_after') <> ('', '')
        AND (r.point_after, r.balance_after) <> ('', '')
        AND NOT (memberload.is_same_amount(late->>'point_after', r.point_after)
          AND memberload.is_same_amount(late->>'balance_after', r.balance_after)) THEN
        RETURN 'A late answer contradicts: the vendor applied it both times that it was sent, so it is credited twice. Take one back.';
      WHEN late->>'state' IN ('open', 'retry', 'failed', 'invalid') AND r.state = 'done' AND NOT is_sent_again THEN
        RETURN 'A late answer contradicts: it was certainly not applied, and the row had become "done" meanwhile.';
      WHEN late->>'state' = 'in_doubt' AND late->>'error_code' = 'RESPONSE_MISMATCH' THEN
        RETURN 'A late answer contradicts: the vendor applied something else than was asked.';
      -- Sent, and without an answer. A process that stood still just before the first byte has sent it after the others
      -- had decided.
      WHEN late->>'state' IN ('intent', 'in_doubt') AND r.state IN ('open', 'retry', 'failed', 'invalid') THEN
        RETURN 'It was sent after all, without an answer: the row had become "' || r.state || '" meanwhile.';
      WHEN late->>'state' IN ('intent', 'in_doubt') AND r.state = 'done' AND r.intent_worker <> sender THEN
        RETURN 'It was sent twice. One of the two has no answer: it may be credited twice.';
      ELSE RETURN NULL;
    END CASE;
  END $$;

  -- An outcome, or a decision. Whoever has begun an increment may say how it ended as long as nobody has decided
  -- meanwhile, also after its lease: a late answer is a true one. Anybody else must wait until that process is gone.
  -- A late answer that contradicts what the row became makes it in doubt again, for a person: no machine sends it.
  CREATE OR REPLACE FUNCTION memberload.put_row(me bigint, at_ms bigint, op jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    was memberload.run_row := memberload.lock_row(op);
    may boolean := true;
    own_change jsonb := op->'change';
    late jsonb;
    told text;
  BEGIN
    IF op ? 'ifSequence' AND was.sequence <> (op->>'ifSequence')::bigint THEN RETURN false; END IF;
    IF was.changed_by <> me THEN
      IF was.intent_worker = 0 THEN
        -- No increment was begun: only whoever has claimed the run, or the slice, has a say.
        may := memberload.works_on(me, was.run_id, was.row_number);
      ELSIF was.intent_worker = me THEN
        -- "Not sent by me" is no word about a repeat that somebody else has sent.
        may := was.state IN ('intent', 'in_doubt') AND was.error_code <> 'RESPONSE_MISMATCH'
          AND (own_change->>'state' = 'done' OR NOT EXISTS (SELECT FROM memberload.evidence AS e
            WHERE e.run_id = was.run_id AND e.row_number = was.row_number AND e.kind = 'repeat'));
      ELSE
        may := NOT memberload.is_alive(was.intent_worker) AND memberload.is_alive(me);
      END IF;
    END IF;
    IF NOT may THEN
      IF op ? 'ifSequence' OR was.intent_worker = 0 THEN RETURN false; END IF;
      PERFORM memberload.add_evidence(at_ms, op, 'late_answer', own_change::text);
      IF was.state = 'intent' THEN
        -- Sent again at this moment. Marked as changed, so that the outcome of that is compared with this answer.
        PERFORM memberload.write_row(me, at_ms, was, '{}');
      ELSE
        told := memberload.contradiction(was, me, own_change);
        IF told IS NOT NULL THEN
          PERFORM memberload.write_row(me, at_ms, was, memberload.for_a_person(told));
        END IF;
      END IF;
      RETURN false;
    END IF;
    IF was.state = 'intent' AND was.intent_worker = me AND was.changed_by <> me THEN
      SELECT e.detail_json::jsonb INTO late FROM memberload.evidence AS e
      WHERE e.run_id = was.run_id AND e.row_number = was.row_number AND e.kind = 'late_answer'
      ORDER BY e.evidence_id DESC LIMIT 1;
      IF FOUND THEN
        told := memberload.contradiction(jsonb_populate_record(was, own_change), 0, late);
        IF told IS NOT NULL THEN own_change := own_change || memberload.for_a_person(told); END IF;
      END IF;
    END IF;
    PERFORM memberload.write_row(me, at_ms, was, own_change);
    IF op ? 'evidence' THEN
      PERFORM memberload.add_evidence(at_ms, op, op#>>'{evidence,kind}', op#>>'{evidence,detailJson}');
    END IF;
    RETURN true;
  END $$;

  CREATE OR REPLACE FUNCTION memberload.for_a_person(told text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('state', 'in_doubt', 'error_code', 'RESPONSE_MISMATCH',
      'messages_json', jsonb_build_array(told || ' Look at the member in the back office.')::text)
  $$;

  -- Why the increment must not be sent, by what was credited before; null: nothing speaks against it.
  CREATE OR REPLACE FUNCTION memberload.find_credited(own memberload.run_row, at_ms bigint, op jsonb) RETURNS jsonb
  LANGUAGE plpgsql AS $$
  DECLARE
    of_account text := op->>'account';
    uid text := op->>'customerUid';
    own_number text := op->>'number';
    own_reference text := op->>'reference';
    of_campaign text := op#>>'{guard,campaign}';
    since_ms bigint := at_ms - (op#>>'{guard,repeatWindowMs}')::bigint;
    hit record;
  BEGIN
    IF own.undoes_run <> '' THEN
      -- What was taken back once is never taken back again, whatever else is asked for.
      PERFORM pg_advisory_xact_lock(hashtextextended('undo ' || own.undoes_run || ' ' || own.undoes_row, 0));
    ELSIF NOT op ? 'guard' THEN
      RETURN NULL;
    END IF;
    SELECT o.*, ((CASE WHEN o.customer_uid <> '' THEN o.customer_uid = uid
                       ELSE o.number <> '' AND o.number = own_number END)
        AND memberload.is_same_amount(o.point_increment, op->>'pointIncrement')
        AND memberload.is_same_amount(o.balance_increment, op->>'balanceIncrement')) AS is_same
    INTO hit FROM memberload.other_row AS o
    WHERE o.is_credit = 1 AND o.is_undone = 0
      AND NOT (o.run_id = own.run_id AND o.row_number = own.row_number AND o.target = own.target)
      AND CASE
        WHEN own.undoes_run <> '' THEN true
        WHEN own_reference <> '' THEN o.undoes_run = '' AND (o.run_id <> own.run_id OR o.data_change_time <> '')
        WHEN of_campaign <> '' THEN o.undoes_run = '' AND o.run_id <> own.run_id AND o.campaign = of_campaign
        ELSE o.undoes_run = '' AND o.run_id <> own.run_id AND (o.intent_ms = 0 OR o.intent_ms >= since_ms)
          AND memberload.is_same_amount(o.point_increment, op->>'pointIncrement')
          AND memberload.is_same_amount(o.balance_increment, op->>'balanceIncrement')
      END
      AND (o.run_id, o.row_number, o.target) IN (
        SELECT c.run_id, c.row_number, c.target FROM memberload.run_row AS c
        WHERE own.undoes_run <> '' AND c.undoes_run <> '' AND c.undoes_run = own.undoes_run
          AND c.undoes_row = own.undoes_row
        UNION
        SELECT c.run_id, c.row_number, c.target FROM memberload.run_row AS c
        WHERE own.undoes_run = '' AND own_reference <> '' AND c.account <> '' AND c.reference <> ''
          AND c.account = of_account AND c.reference = own_reference
        UNION
        SELECT c.run_id, c.row_number, c.target FROM memberload.run_row AS c
        WHERE own.undoes_run = '' AND own_reference = '' AND c.account <> '' AND c.customer_uid <> ''
          AND c.account = of_account AND c.customer_uid = uid
        UNION
        SELECT c.run_id, c.row_number, c.target FROM memberload.run_row AS c
        WHERE own.undoes_run = '' AND own_reference = '' AND own_number <> '' AND c.account <> '' AND c.number <> ''
          AND c.account = of_account AND c.number = own_number AND c.customer_uid = '')
    ORDER BY is_same DESC, o.sequence LIMIT 1;
    IF NOT FOUND THEN RETURN NULL; END IF;
    RETURN jsonb_build_object('kind', CASE WHEN hit.is_same THEN 'credited_before' ELSE 'credited_otherwise' END,
      'credit', to_jsonb(hit));
  END $$;

  -- Records an increment's intent, or says why it must not be sent.
  CREATE OR REPLACE FUNCTION memberload.begin_increment(me bigint, at_ms bigint, op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    own memberload.run_row := memberload.lock_row(op);
    of_account text := op->>'account';
    uid text := op->>'customerUid';
    holder memberload.in_flight;
    held_before boolean;
    other memberload.run_row;
    refusal jsonb;
    own_time text;
    up_to text;
    has_before boolean;
    stop jsonb;
  BEGIN
    -- Whose run or slice was claimed by another process begins nothing for it any more.
    IF NOT memberload.works_on(me, own.run_id, own.row_number) THEN RETURN '{"kind": "lease_lost"}'; END IF;
    stop := memberload.stop_of(own.run_id);
    IF stop IS NOT NULL THEN RETURN jsonb_build_object('kind', 'run_stopped', 'stop', stop); END IF;
    IF own.state = 'done' AND own.data_change_time <> '' THEN RETURN '{"kind": "done_before"}'; END IF;
    IF own.intent_worker NOT IN (0, me) AND own.state IN ('intent', 'in_doubt')
      AND memberload.is_alive(own.intent_worker) THEN
      RETURN jsonb_build_object('kind', 'member_waits', 'runId', own.run_id, 'rowNumber', own.row_number);
    END IF;

    -- One increment of a member at a time. Whoever comes second waits here for the first one's commit.
    LOOP
      INSERT INTO memberload.in_flight VALUES (of_account, uid, own.run_id, own.row_number, own.target)
      ON CONFLICT DO NOTHING;
      held_before := NOT FOUND;
      SELECT * INTO holder FROM memberload.in_flight WHERE account = of_account AND customer_uid = uid;
      EXIT WHEN FOUND;
    END LOOP;
    IF (holder.run_id, holder.row_number, holder.target) <> (own.run_id, own.row_number, own.target) THEN
      RETURN jsonb_build_object('kind', 'member_waits', 'runId', holder.run_id, 'rowNumber', holder.row_number);
    END IF;

    IF NOT (op->>'mayRepeatMember')::boolean THEN
      SELECT * INTO other FROM memberload.run_row AS o
      WHERE o.account <> '' AND o.customer_uid <> '' AND o.account = of_account AND o.customer_uid = uid
        AND o.run_id = own.run_id AND o.data_change_time <> ''
        AND NOT (o.row_number = own.row_number AND o.target = own.target)
      ORDER BY o.row_number LIMIT 1;
      IF FOUND THEN
        refusal := jsonb_build_object('kind', 'member_repeated', 'rowNumber', other.row_number);
      END IF;
    END IF;
    IF refusal IS NULL THEN refusal := memberload.find_credited(own, at_ms, op); END IF;
    IF refusal IS NULL THEN
      -- A row that was begun keeps its time, unless it is certainly not applied and the member has had a later one: an
      -- account may refuse what is not newer. A time that was given is never moved.
      up_to := CASE WHEN EXISTS (SELECT FROM memberload.account_fact AS f
        WHERE f.account = of_account AND f.fact = op#>>'{next,fact}' AND f.value = op#>>'{next,newerOnly}')
        THEN op#>>'{next,end}' ELSE op#>>'{next,upTo}' END;
      IF own.data_change_time <> '' AND own.customer_uid = uid AND NOT (own.state IN ('open', 'retry') AND op ? 'next'
        AND memberload.newest_time(of_account, uid, up_to) COLLATE "C" > own.data_change_time) THEN
        own_time := own.data_change_time;
      ELSIF op ? 'next' THEN
        own_time := memberload.claim_time(of_account, uid, op#>>'{next,from}', up_to);
      ELSE
        INSERT INTO memberload.change_time VALUES (of_account, uid, op->>'given') ON CONFLICT DO NOTHING;
        IF FOUND THEN own_time := op->>'given'; ELSE refusal := '{"kind": "time_taken"}'; END IF;
      END IF;
    END IF;
    IF refusal IS NOT NULL THEN
      IF NOT held_before THEN
        DELETE FROM memberload.in_flight WHERE account = of_account AND customer_uid = uid;
      END IF;
      RETURN refusal;
    END IF;

    has_before := op ? 'before' AND NOT EXISTS (SELECT FROM memberload.run_row AS o
      WHERE o.account <> '' AND o.customer_uid <> '' AND o.account = of_account AND o.customer_uid = uid
        AND o.data_change_time <> '' AND o.sequence > (op#>>'{before,sequence}')::bigint
        AND NOT (o.run_id = own.run_id AND o.row_number = own.row_number AND o.target = own.target));
    PERFORM memberload.write_row(me, at_ms, own, (op->'change') || jsonb_build_object(
      'data_change_time', own_time, 'intent_ms', at_ms, 'intent_worker', me,
      'point_before', CASE WHEN has_before THEN op#>>'{before,point}' ELSE '' END,
      'balance_before', CASE WHEN has_before THEN op#>>'{before,balance}' ELSE '' END));
    RETURN jsonb_build_object('kind', 'begun', 'dataChangeTime', own_time, 'hasBefore', has_before);
  END $$;
`;
