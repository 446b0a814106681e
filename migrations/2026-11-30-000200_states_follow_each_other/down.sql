DROP TRIGGER follow_run_states ON job_runs;
DROP FUNCTION follow_run_states();
DROP TRIGGER follow_mail_states ON outbox;
DROP FUNCTION follow_mail_states();

CREATE OR REPLACE FUNCTION keep_published_tariff() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.network_id, NEW.service_id, NEW.unit_id, NEW.agency_party_id, NEW.document, NEW.digest, NEW.valid_from, NEW.known_from, NEW.made_by)
       IS DISTINCT FROM
       (OLD.network_id, OLD.service_id, OLD.unit_id, OLD.agency_party_id, OLD.document, OLD.digest, OLD.valid_from, OLD.known_from, OLD.made_by)
       OR (OLD.known_until IS NOT NULL AND NEW.known_until IS DISTINCT FROM OLD.known_until)
       OR (OLD.state = 'published' AND (NEW.state <> 'published' OR NEW.approved_by IS DISTINCT FROM OLD.approved_by
           OR (OLD.valid_until IS NOT NULL AND NEW.valid_until IS DISTINCT FROM OLD.valid_until)))
    THEN
        RAISE EXCEPTION 'tariff version % is kept as it was made', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_published_tariff_never_changes', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
