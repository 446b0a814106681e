-- A tariff is drafted, approved, published; a mail that was accepted is never sent again; a run that succeeded never runs again.
CREATE OR REPLACE FUNCTION keep_published_tariff() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.network_id, NEW.service_id, NEW.unit_id, NEW.agency_party_id, NEW.document, NEW.digest, NEW.valid_from, NEW.known_from, NEW.made_by)
       IS DISTINCT FROM
       (OLD.network_id, OLD.service_id, OLD.unit_id, OLD.agency_party_id, OLD.document, OLD.digest, OLD.valid_from, OLD.known_from, OLD.made_by)
       OR (OLD.known_until IS NOT NULL AND NEW.known_until IS DISTINCT FROM OLD.known_until)
       OR (OLD.state = 'published' AND OLD.valid_until IS NOT NULL AND NEW.valid_until IS DISTINCT FROM OLD.valid_until)
    THEN
        RAISE EXCEPTION 'tariff version % is kept as it was made', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_published_tariff_never_changes', TABLE = TG_TABLE_NAME;
    END IF;
    IF (CASE OLD.state || '→' || NEW.state
       WHEN 'draft→approved' THEN NEW.approved_by IS NULL OR NEW.approved_at IS NULL OR NEW.published_at IS NOT NULL
       WHEN 'approved→published' THEN NEW.published_by IS NULL OR NEW.published_at IS NULL
                                      OR (NEW.approved_by, NEW.approved_at) IS DISTINCT FROM (OLD.approved_by, OLD.approved_at)
       ELSE NEW.state <> OLD.state OR (NEW.approved_by, NEW.approved_at, NEW.published_by, NEW.published_at)
                                      IS DISTINCT FROM (OLD.approved_by, OLD.approved_at, OLD.published_by, OLD.published_at)
       END)
    THEN
        RAISE EXCEPTION 'tariff version % is drafted, then approved, then published, each once and with its moment', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_tariff_is_drafted_approved_and_published', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION follow_mail_states() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.state || '→' || NEW.state
       NOT IN ('queued→sending', 'unknown→sending', 'sending→accepted', 'sending→failed', 'sending→unknown', 'sending→queued',
               'failed→queued', 'unknown→queued')
    THEN
        RAISE EXCEPTION 'mail % does not go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mail_is_queued_sent_and_answered', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION follow_mail_states() IS 'Behind the trigger of outbox: only what failed, or whose fate is unknown, is queued again.';
CREATE TRIGGER follow_mail_states BEFORE UPDATE OF state ON outbox FOR EACH ROW WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION follow_mail_states();
ALTER TABLE outbox ENABLE ALWAYS TRIGGER follow_mail_states;

CREATE FUNCTION follow_run_states() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.state || '→' || NEW.state
       NOT IN ('running→succeeded', 'running→failed', 'running→lapsed', 'failed→running', 'lapsed→running')
       OR (NEW.state = 'running' AND NEW.fencing <= OLD.fencing)
    THEN
        RAISE EXCEPTION 'run % of % does not go from % to %', OLD.id, OLD.job, OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_run_ends_once_unless_it_is_tried_again', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION follow_run_states() IS 'Behind the trigger of job_runs: what succeeded never runs again, and what is tried again has a higher fencing number.';
CREATE TRIGGER follow_run_states BEFORE UPDATE OF state ON job_runs FOR EACH ROW WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION follow_run_states();
ALTER TABLE job_runs ENABLE ALWAYS TRIGGER follow_run_states;
