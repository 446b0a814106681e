-- A draft that nobody will publish is withdrawn: it is kept, and stands in nobody's way.
SELECT alter_sealed_table('tariff_versions', 'ADD COLUMN withdrawn_by integer REFERENCES originators, ADD COLUMN withdrawn_at timestamptz');
COMMENT ON COLUMN tariff_versions.withdrawn_at IS 'When a draft, or what was approved and not published, was withdrawn.';
ALTER TABLE tariff_versions
    DROP CONSTRAINT tariff_state_is_known,
    ADD CONSTRAINT tariff_state_is_known CHECK (state IN ('draft', 'approved', 'published', 'withdrawn')),
    DROP CONSTRAINT a_published_tariff_was_approved,
    ADD CONSTRAINT a_published_tariff_was_approved CHECK (state IN ('draft', 'withdrawn') OR approved_by IS NOT NULL);
GRANT UPDATE (withdrawn_by, withdrawn_at) ON tariff_versions TO daftar_app;

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
       WHEN 'draft→withdrawn' THEN NEW.withdrawn_by IS NULL OR NEW.withdrawn_at IS NULL OR NEW.approved_by IS NOT NULL
       WHEN 'approved→withdrawn' THEN NEW.withdrawn_by IS NULL OR NEW.withdrawn_at IS NULL
       ELSE NEW.state <> OLD.state OR (NEW.withdrawn_by, NEW.withdrawn_at) IS DISTINCT FROM (OLD.withdrawn_by, OLD.withdrawn_at) OR (NEW.approved_by, NEW.approved_at, NEW.published_by, NEW.published_at)
                                      IS DISTINCT FROM (OLD.approved_by, OLD.approved_at, OLD.published_by, OLD.published_at)
       END)
    THEN
        RAISE EXCEPTION 'tariff version % is drafted, then approved, then published or withdrawn, each once and with its moment', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_tariff_is_drafted_approved_and_published', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
