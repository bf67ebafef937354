/**
 * The rest of the functions in the database (see `schema-functions.ts`): runs, rate, calls, and `apply`, which carries
 * out a group of writes.
 */
export const RUN_FUNCTIONS = `
  -- Whoever records a run of the account holds this until the commit.
  CREATE OR REPLACE FUNCTION memberload.lock_runs(of_account text) RETURNS void LANGUAGE sql AS
    $$ SELECT pg_advisory_xact_lock(hashtextextended('runs ' || of_account, 0)) $$;

  -- Where the account's runs stand now. Waits for a run that is being recorded at this moment, so that whatever is
  -- read after this sees its rows.
  CREATE OR REPLACE FUNCTION memberload.mark_of(of_account text) RETURNS bigint LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM memberload.lock_runs(of_account);
    RETURN (SELECT COALESCE(max(run_number), 0) FROM memberload.run WHERE account = of_account);
  END $$;

  -- One run after the other: for a set of runs the planner reads every row that the ledger has.
  CREATE OR REPLACE FUNCTION memberload.drop_planned(ids text[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    id text;
  BEGIN
    DELETE FROM memberload.starting_run WHERE run_id = ANY(ids);
    FOREACH id IN ARRAY ids LOOP
      DELETE FROM memberload.run_row WHERE run_id = id AND state = 'planned';
    END LOOP;
  END $$;

  -- Removes what killed processes have left of runs that they were about to start. Waits for a run that is being
  -- recorded at this moment, and then leaves its rows.
  CREATE OR REPLACE FUNCTION memberload.drop_left_starts() RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    id text;
  BEGIN
    FOR id IN DELETE FROM memberload.starting_run WHERE NOT memberload.is_alive(worker_id) RETURNING run_id LOOP
      DELETE FROM memberload.run_row WHERE run_id = id AND state = 'planned';
    END LOOP;
  END $$;

  -- Makes a run, whose planned rows are there, appear with all of them; unless another run that it should have been
  -- compared with came after the mark. Of two people who start one file, one wins.
  CREATE OR REPLACE FUNCTION memberload.record_run(me bigint, at_ms bigint, mark bigint, r jsonb) RETURNS jsonb
  LANGUAGE plpgsql AS $$
  DECLARE
    other record;
    is_crediting boolean := r->>'command' IN ('topup', 'undo');
    is_lost boolean;
  BEGIN
    PERFORM memberload.make_durable();
    PERFORM memberload.lock_runs(r->>'account');
    -- A process that stood still for longer than its lease: others have removed its planned rows, or may.
    PERFORM FROM memberload.worker
    WHERE worker_id = me AND ended_ms IS NULL AND lease_until_ms > memberload.clock_ms() FOR UPDATE;
    is_lost := NOT FOUND;
    PERFORM FROM memberload.starting_run WHERE run_id = r->>'runId' AND worker_id = me FOR UPDATE;
    is_lost := is_lost OR NOT FOUND;
    IF is_lost OR (r->>'plannedCount')::bigint <>
      (SELECT count(*) FROM memberload.run_row WHERE run_id = r->>'runId' AND state = 'planned') THEN
      PERFORM memberload.drop_planned(ARRAY[r->>'runId']);
      RETURN '{"lost": true}';
    END IF;
    SELECT run.*, worker.who INTO other FROM memberload.run JOIN memberload.worker USING (worker_id)
    WHERE mark IS NOT NULL AND run.account = r->>'account' AND run.run_number > mark
      AND (run.input_sha256 = r->>'inputSha256' AND run.command = r->>'command'
        OR is_crediting AND run.command IN ('topup', 'undo'))
    ORDER BY run.run_number LIMIT 1;
    IF FOUND THEN
      PERFORM memberload.drop_planned(ARRAY[r->>'runId']);
      RETURN jsonb_build_object('who', other.who, 'run', to_jsonb(other));
    END IF;
    at_ms := COALESCE(at_ms, memberload.clock_ms());
    INSERT INTO memberload.run (run_id, worker_id, is_claimed, command, targets, account, place, state, created_ms, updated_ms,
      input_path, input_sha256, result_path, undoes, row_count, settings_json)
    VALUES (r->>'runId', me, NOT r ? 'slices', r->>'command', r->>'targets', r->>'account', r->>'place', 'running', at_ms, at_ms,
      r->>'inputPath', r->>'inputSha256', r->>'resultPath', r->>'undoes', (r->>'rowCount')::bigint, r->>'settingsJson');
    DELETE FROM memberload.starting_run WHERE run_id = r->>'runId';
    IF r ? 'slices' THEN PERFORM memberload.cut_run(r); END IF;
    RETURN NULL;
  END $$;

  -- Null: the run is this process's now. Else the living process that works on it.
  CREATE OR REPLACE FUNCTION memberload.claim_run(me bigint, id text) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    holder memberload.worker;
  BEGIN
    PERFORM memberload.make_durable();
    PERFORM FROM memberload.run WHERE run_id = id FOR UPDATE;
    PERFORM memberload.end_dead_slices(id);
    SELECT w.* INTO holder FROM memberload.slice AS s JOIN memberload.worker AS w USING (worker_id)
    -- Also a slice of this process itself: its rows go on under the rules of the slice.
    WHERE s.run_id = id AND NOT s.is_done AND memberload.is_alive(s.worker_id) LIMIT 1;
    IF FOUND THEN RETURN to_jsonb(holder); END IF;
    SELECT w.* INTO holder FROM memberload.worker AS w JOIN memberload.run USING (worker_id)
    WHERE run_id = id AND is_claimed;
    IF holder.worker_id <> me THEN
      -- Whose lease is over is dead for good. Waits for a commit of that process that is under way, so that whatever
      -- it was told is durable is seen from here on.
      UPDATE memberload.worker SET ended_ms = memberload.clock_ms()
      WHERE worker_id = holder.worker_id AND ended_ms IS NULL AND lease_until_ms <= memberload.clock_ms();
      IF memberload.is_alive(holder.worker_id) THEN
        RETURN (SELECT to_jsonb(w) FROM memberload.worker AS w WHERE w.worker_id = holder.worker_id);
      END IF;
    END IF;
    UPDATE memberload.run SET worker_id = me, is_claimed = true WHERE run_id = id;
    RETURN NULL;
  END $$;

  CREATE OR REPLACE FUNCTION memberload.clock_us() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint';

  -- The account's next place, not before the caller can have read of it.
  CREATE OR REPLACE FUNCTION memberload.next_place(of_account text, spacing_us bigint, lead_us bigint, OUT due_us bigint, OUT now_us bigint)
  LANGUAGE plpgsql AS $$
  BEGIN
    -- After a crash of the server some places are forgotten: by then they lie in the past.
    PERFORM set_config('synchronous_commit', 'off', true);
    INSERT INTO memberload.account_pace AS p
    VALUES (of_account, memberload.clock_us() + lead_us + spacing_us, 0)
    ON CONFLICT (account) DO UPDATE
    SET next_due_us = GREATEST(p.next_due_us, p.hold_until_us, memberload.clock_us() + lead_us) + spacing_us
    RETURNING p.next_due_us - spacing_us INTO due_us;
    now_us := memberload.clock_us();
  END $$;

  CREATE OR REPLACE FUNCTION memberload.hold_places(of_account text, for_us bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO memberload.account_pace AS p VALUES (of_account, 0, memberload.clock_us() + for_us)
    ON CONFLICT (account) DO UPDATE SET hold_until_us = GREATEST(p.hold_until_us, memberload.clock_us() + for_us)
  $$;

  CREATE OR REPLACE FUNCTION memberload.take_call(op jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    now_used bigint;
    stop jsonb;
  BEGIN
    IF op ? 'runId' THEN
      stop := memberload.stop_of(op->>'runId');
      IF stop IS NOT NULL THEN RETURN jsonb_build_object('isTaken', false, 'used', 0, 'stop', stop); END IF;
    END IF;
    INSERT INTO memberload.call_day VALUES (op->>'account', op->>'day', 0) ON CONFLICT DO NOTHING;
    UPDATE memberload.call_day SET used = used + 1
    WHERE account = op->>'account' AND day = op->>'day' AND (NOT op ? 'limit' OR used < (op->>'limit')::bigint)
    RETURNING used INTO now_used;
    IF NOT FOUND THEN
      SELECT used INTO now_used FROM memberload.call_day WHERE account = op->>'account' AND day = op->>'day';
      RETURN jsonb_build_object('isTaken', false, 'used', now_used);
    END IF;
    INSERT INTO memberload.call_count AS c VALUES (op->>'account', op->>'day', op->>'endpoint', 1)
    ON CONFLICT (account, day, endpoint) DO UPDATE SET calls = c.calls + 1;
    RETURN jsonb_build_object('isTaken', true, 'used', now_used);
  END $$;

  -- A group of writes, in their order. Returns what each one found.
  CREATE OR REPLACE FUNCTION memberload.apply(me bigint, held_ms bigint, ops jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    at_ms bigint := COALESCE(held_ms, memberload.clock_ms());
    op jsonb;
    answer jsonb;
    results jsonb := '[]';
    begun_count int := 0;
    has_lease boolean := true;
    is_known_line boolean := true;
  BEGIN
    PERFORM memberload.make_durable();
    IF jsonb_path_exists(ops, '$[*] ? (@.do == "begin")') THEN
      -- The fence: an intent needs the lease. The lock makes whoever takes this process for dead wait for the commit.
      PERFORM FROM memberload.worker
      WHERE worker_id = me AND ended_ms IS NULL AND lease_until_ms > memberload.clock_ms() FOR UPDATE;
      has_lease := FOUND;
      -- Another copy of the data has taken over: the newest commits may be missing, until a person has looked.
      is_known_line := memberload.is_accepted_line();
      -- In one order for all, so that two groups never wait for each other. A reference is guarded by its lock alone.
      PERFORM pg_advisory_xact_lock(wanted.key) FROM (
        SELECT DISTINCT hashtextextended(name, 0) AS key
        FROM jsonb_array_elements(ops) AS o, LATERAL (VALUES
          ('member ' || (o->>'account') || ' ' || (o->>'customerUid')),
          ('reference ' || (o->>'account') || ' ' || NULLIF(o->>'reference', ''))) AS names(name)
        WHERE o->>'do' = 'begin' AND name IS NOT NULL ORDER BY key) AS wanted;
    END IF;
    FOR op IN SELECT value FROM jsonb_array_elements(ops) LOOP
      CASE op->>'do'
        WHEN 'put' THEN
          answer := to_jsonb(memberload.put_row(me, at_ms, op));
        WHEN 'begin' THEN
          IF NOT is_known_line THEN
            RAISE EXCEPTION 'another copy of the database has taken over' USING ERRCODE = 'ML001';
          ELSIF has_lease THEN
            answer := memberload.begin_increment(me, at_ms, op);
            IF answer->>'kind' = 'begun' THEN begun_count := begun_count + 1; END IF;
          ELSE
            answer := '{"kind": "lease_lost"}';
          END IF;
        WHEN 'evidence' THEN
          PERFORM memberload.add_evidence(at_ms, op, op#>>'{evidence,kind}', op#>>'{evidence,detailJson}');
          answer := 'null';
        WHEN 'take' THEN
          answer := memberload.take_call(op);
        WHEN 'claim' THEN
          answer := to_jsonb(memberload.claim_time(op->>'account', op->>'customerUid', op->>'from', op->>'upTo'));
        WHEN 'fact' THEN
          INSERT INTO memberload.account_fact VALUES (op->>'account', op->>'fact', op->>'value', at_ms)
          ON CONFLICT (account, fact) DO UPDATE SET value = excluded.value, updated_ms = excluded.updated_ms;
          answer := 'null';
        WHEN 'run' THEN
          IF op->>'state' IN ('finished', 'cancelled') THEN
            DELETE FROM memberload.slice AS s USING memberload.run AS r
            WHERE s.run_id = op->>'runId' AND r.run_id = s.run_id AND r.worker_id = me;
          END IF;
          UPDATE memberload.run AS r SET
            -- What has ended is never begun again.
            state = CASE WHEN op->>'state' = 'running' AND r.state IN ('finished', 'cancelled') THEN r.state
              ELSE COALESCE(op->>'state', r.state) END, summary_json = COALESCE(op->>'summaryJson', r.summary_json),
            progress_json = COALESCE(op->>'progressJson', r.progress_json),
            result_path = COALESCE(op->>'resultPath', r.result_path),
            result_sha256 = COALESCE(op->>'resultSha256', r.result_sha256), updated_ms = at_ms,
            -- A stopped run waits for a person, in whichever moment its worker dies.
            is_handed_out = r.is_handed_out AND COALESCE(op->>'state', '') <> 'stopped',
            -- The summary tells of the stop, and whoever carries the run on has read it.
            stop_json = CASE WHEN op ? 'summaryJson' THEN '' ELSE r.stop_json END,
            slice_calls = CASE WHEN op ? 'summaryJson' THEN '{}' ELSE r.slice_calls END
          -- Whose run was claimed by another process has nothing more to say about it.
          WHERE r.run_id = op->>'runId' AND r.worker_id = me;
          answer := 'null';
        ELSE
          RAISE EXCEPTION 'unknown write %', op->>'do';
      END CASE;
      results := results || jsonb_build_array(answer);
    END LOOP;
    IF begun_count > 0 THEN
      UPDATE memberload.worker SET intents = intents + begun_count WHERE worker_id = me;
    END IF;
    RETURN results;
  END $$;
`;
