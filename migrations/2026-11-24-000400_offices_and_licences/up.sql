-- The register, as far as money needs it.
CREATE TABLE instruments (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT instrument_codes_are_unique UNIQUE,
    title text NOT NULL,
    number text NOT NULL,
    issued_on date NOT NULL,
    clause text NOT NULL DEFAULT '',
    standing text NOT NULL DEFAULT 'in_force' CONSTRAINT instrument_standing_is_known CHECK (standing IN ('in_force', 'contested', 'repealed'))
);
COMMENT ON TABLE instruments IS 'Law, bylaw, resolution or contract that a tariff or a decision rests on.';

CREATE TABLE agencies (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT agency_codes_are_unique UNIQUE CHECK (code ~ '^[a-z][a-z0-9-]{1,39}$'),
    party_id integer NOT NULL REFERENCES parties
);
COMMENT ON TABLE agencies IS 'An organisation whose services are given at the counter.';

CREATE TABLE services (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT service_codes_are_unique UNIQUE CHECK (code ~ '^[a-z][a-z0-9-]{1,59}$'),
    agency_id smallint NOT NULL REFERENCES agencies,
    name_fa text NOT NULL,
    name_en text NOT NULL
);
COMMENT ON TABLE services IS 'One service of one agency.';

CREATE TABLE offices (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL CONSTRAINT office_codes_are_unique UNIQUE CHECK (code ~ '^[A-Za-z0-9-]{1,20}$'),
    name_fa text NOT NULL,
    name_en text NOT NULL,
    province text NOT NULL,
    county text NOT NULL,
    district text NOT NULL,
    setting text NOT NULL CONSTRAINT office_setting_is_known CHECK (setting IN ('urban', 'rural')),
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE offices IS 'A physical counter with a permanent code.';

CREATE TABLE licences (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id integer NOT NULL REFERENCES offices,
    network_id smallint NOT NULL REFERENCES networks,
    class text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    CONSTRAINT licence_validity_is_half_open CHECK (valid_until > valid_from),
    CONSTRAINT one_licence_per_office_network_and_time EXCLUDE USING gist
        (office_id WITH =, network_id WITH =, tstzrange(valid_from, valid_until) WITH &&)
);
COMMENT ON TABLE licences IS 'An office''s authorisation in one network for one term. Its state is folded from its events.';

CREATE TABLE licence_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    licence_id integer NOT NULL REFERENCES licences,
    kind text NOT NULL CONSTRAINT licence_event_kind_is_known CHECK (kind IN ('issued', 'suspended', 'reinstated', 'revoked', 'surrendered')),
    effective_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    deciding_body text NOT NULL,
    decision text NOT NULL,
    instrument_id integer REFERENCES instruments,
    evidence text,
    originator_id integer NOT NULL REFERENCES originators
);
CREATE INDEX licence_events_of_a_licence ON licence_events (licence_id, recorded_at);
COMMENT ON TABLE licence_events IS 'Every change of a licence: when it takes effect, when it was recorded, who decided, on what.';

CREATE TABLE bindings (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id integer NOT NULL REFERENCES offices,
    licence_id integer NOT NULL REFERENCES licences,
    party_ids integer[] NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    known_from timestamptz NOT NULL,
    CONSTRAINT a_binding_names_the_licensee CHECK (party_ids[1] IS NOT NULL)
);
CREATE INDEX bindings_of_a_licence ON bindings (licence_id, valid_from);
CREATE INDEX bindings_of_a_licensee ON bindings ((party_ids[1]));
COMMENT ON TABLE bindings IS 'Immutable and dated: which parties play the roles that hang on the office. A transaction stores its binding, so that no relocation or transfer changes old money. The latest known one that is valid applies.';
COMMENT ON COLUMN bindings.party_ids IS 'The party of each role, indexed by the role''s id: 1 the licensee, 2 the municipality, 3 the provincial treasury.';

SELECT make_append_only(t) FROM unnest(ARRAY['instruments', 'agencies', 'services', 'licences', 'licence_events', 'bindings']::regclass[]) AS t;
SELECT make_sealed(t) FROM unnest(ARRAY['licences', 'licence_events', 'bindings']::regclass[]) AS t;
GRANT SELECT, INSERT, UPDATE ON offices TO daftar_app;
