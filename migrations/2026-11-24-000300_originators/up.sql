-- Who may ask and whose name a line bears.
CREATE TABLE originators (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CONSTRAINT originator_kind_is_known CHECK (kind IN ('person', 'client', 'job')),
    code text NOT NULL CONSTRAINT originator_codes_are_unique UNIQUE CHECK (code ~ '^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$'),
    name text NOT NULL,
    party_id integer REFERENCES parties,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE originators IS 'A named person, a machine client or a job. An automatic entry never bears a person''s name.';
COMMENT ON COLUMN originators.party_id IS 'For whom a person acts: an office''s owner sees that office, an agency''s clerk that agency.';

CREATE TABLE tokens (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    originator_id integer NOT NULL REFERENCES originators,
    hash bytea NOT NULL CONSTRAINT token_hashes_are_unique UNIQUE CONSTRAINT token_hash_is_sha256 CHECK (octet_length(hash) = 32),
    scope text NOT NULL CONSTRAINT token_scope_is_known CHECK (scope IN ('read', 'record', 'finance')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT token_validity_is_half_open CHECK (expires_at > created_at)
);
COMMENT ON TABLE tokens IS 'Bearer tokens, as hashes only.';
COMMENT ON COLUMN tokens.scope IS 'read: look; record: also post transactions; finance: also settle.';

SELECT make_append_only('originators');
GRANT SELECT, INSERT, UPDATE ON tokens TO daftar_app;
