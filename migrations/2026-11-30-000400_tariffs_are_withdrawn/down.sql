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

ALTER TABLE tariff_versions
    DROP CONSTRAINT a_published_tariff_was_approved,
    ADD CONSTRAINT a_published_tariff_was_approved CHECK (state = 'draft' OR approved_by IS NOT NULL),
    DROP CONSTRAINT tariff_state_is_known,
    ADD CONSTRAINT tariff_state_is_known CHECK (state IN ('draft', 'approved', 'published'));
SELECT alter_sealed_table('tariff_versions', 'DROP COLUMN withdrawn_by, DROP COLUMN withdrawn_at');
