-- Tariffs: a document, its validity and what was known when, its terms with their parties.
CREATE TABLE tariff_versions (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id smallint NOT NULL REFERENCES networks,
    service_id integer NOT NULL REFERENCES services,
    unit_id smallint NOT NULL REFERENCES currency_units,
    agency_party_id integer NOT NULL REFERENCES parties,
    document text NOT NULL,
    digest bytea NOT NULL CONSTRAINT tariff_digest_is_sha256 CHECK (octet_length(digest) = 32),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    known_from timestamptz NOT NULL,
    known_until timestamptz,
    state text NOT NULL DEFAULT 'draft' CONSTRAINT tariff_state_is_known CHECK (state IN ('draft', 'approved', 'published')),
    made_by integer NOT NULL REFERENCES originators,
    approved_by integer REFERENCES originators,
    CONSTRAINT tariff_validity_is_half_open CHECK (valid_until > valid_from),
    CONSTRAINT a_tariff_is_approved_by_another_than_its_maker CHECK (approved_by <> made_by),
    CONSTRAINT a_published_tariff_was_approved CHECK (state = 'draft' OR approved_by IS NOT NULL),
    CONSTRAINT one_tariff_per_service_network_validity_and_knowledge EXCLUDE USING gist
        (network_id WITH =, service_id WITH =, tstzrange(valid_from, valid_until) WITH &&, tstzrange(known_from, known_until) WITH &&)
        WHERE (state = 'published')
);
COMMENT ON TABLE tariff_versions IS 'Price and split of a service in a network. Of the versions that are valid at an instant the one known last applies, so that a correction can stand beside what it corrects.';
COMMENT ON COLUMN tariff_versions.valid_until IS 'Exclusive; an open end is closed once, when a later version is published.';
COMMENT ON COLUMN tariff_versions.known_from IS 'When it became known: older questions, asked as of then, are answered by the versions known then.';
COMMENT ON COLUMN tariff_versions.known_until IS 'When a corrected version took its place; set once.';

CREATE TABLE tariff_terms (
    tariff_version_id integer NOT NULL REFERENCES tariff_versions,
    ordinal smallint NOT NULL,
    side text NOT NULL CONSTRAINT term_side_is_known CHECK (side IN ('source', 'leg')),
    name text NOT NULL,
    kind text NOT NULL,
    role_id smallint NOT NULL REFERENCES roles,
    party_id integer REFERENCES parties,
    deposit_identifier text NOT NULL DEFAULT '',
    refundable boolean NOT NULL,
    PRIMARY KEY (tariff_version_id, ordinal),
    CONSTRAINT a_party_is_named_unless_the_role_hangs_on_the_office CHECK ((party_id IS NULL) = (role_id IN (1, 2, 3, 30)))
);
COMMENT ON TABLE tariff_terms IS 'The terms that allocations of a version refer to by ordinal.';
COMMENT ON COLUMN tariff_terms.party_id IS 'Who plays the role, fixed when the version was published; empty where the binding or the holder says it.';

CREATE FUNCTION keep_published_tariff() RETURNS trigger
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
CREATE TRIGGER keep_published_tariff BEFORE UPDATE ON tariff_versions FOR EACH ROW EXECUTE FUNCTION keep_published_tariff();
ALTER TABLE tariff_versions ENABLE ALWAYS TRIGGER keep_published_tariff;

SELECT make_append_only('tariff_terms');
SELECT make_sealed(t) FROM unnest(ARRAY['tariff_versions', 'tariff_terms']::regclass[]) AS t;
GRANT SELECT, INSERT, UPDATE ON tariff_versions TO daftar_app;
