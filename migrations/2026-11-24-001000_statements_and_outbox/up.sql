-- Statements, their first rendering, and the mail that tells of them.
CREATE TABLE statements (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number text NOT NULL CONSTRAINT statement_numbers_are_unique UNIQUE,
    network_id smallint NOT NULL REFERENCES networks,
    party_id integer NOT NULL REFERENCES parties,
    unit_id smallint NOT NULL REFERENCES currency_units,
    ordinal integer NOT NULL,
    settlement_id integer NOT NULL REFERENCES settlements,
    first_window_id integer NOT NULL REFERENCES windows,
    last_window_id integer NOT NULL REFERENCES windows,
    language text NOT NULL,
    canonical bytea NOT NULL,
    digest bytea NOT NULL CONSTRAINT statement_digest_is_sha256 CHECK (octet_length(digest) = 32),
    previous_digest bytea,
    verification_code text NOT NULL,
    issued_at timestamptz NOT NULL,
    CONSTRAINT statements_of_a_chain_are_numbered UNIQUE (network_id, party_id, unit_id, ordinal),
    CONSTRAINT one_statement_per_settlement_party_and_unit UNIQUE (settlement_id, party_id, unit_id),
    CONSTRAINT only_the_first_statement_has_no_previous CHECK ((ordinal = 1) = (previous_digest IS NULL))
);
CREATE INDEX statements_of_a_party ON statements (party_id, id);
CREATE INDEX statements_by_verification_code ON statements (verification_code);
COMMENT ON TABLE statements IS 'The period account of one party: canonical data and digest for ever, chained to the previous statement.';
COMMENT ON COLUMN statements.canonical IS 'The bytes that the digest covers and every rendering is made from.';

CREATE TABLE statement_pdfs (
    statement_id bigint PRIMARY KEY REFERENCES statements,
    bytes bytea NOT NULL,
    rendered_at timestamptz NOT NULL
);
COMMENT ON TABLE statement_pdfs IS 'The PDF of the first rendering: sent again, it is the same to the byte.';

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    statement_id bigint REFERENCES statements,
    licence_id integer REFERENCES licences,
    kind text NOT NULL CONSTRAINT mail_kind_is_known CHECK (kind IN ('statement', 'licence_expiry')),
    recipient text NOT NULL,
    language text NOT NULL,
    message_id text NOT NULL CONSTRAINT message_ids_are_unique UNIQUE,
    cause_key text NOT NULL CONSTRAINT a_cause_is_mailed_once UNIQUE,
    queued_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'queued' CONSTRAINT mail_state_is_known CHECK (state IN ('queued', 'sending', 'accepted', 'failed', 'unknown')),
    attempts smallint NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    lease_until timestamptz,
    fencing bigint NOT NULL DEFAULT 0,
    finished_at timestamptz,
    last_answer text NOT NULL DEFAULT '',
    CONSTRAINT mail_that_is_being_sent_has_a_lease CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CONSTRAINT only_answered_mail_is_finished
        CHECK ((state IN ('accepted', 'failed')) <= (finished_at IS NOT NULL) AND (state IN ('queued', 'sending')) <= (finished_at IS NULL))
);
CREATE INDEX outbox_that_is_due ON outbox (next_attempt_at, id) WHERE finished_at IS NULL;
COMMENT ON TABLE outbox IS 'Mail written in the transaction that causes it and sent after commit, at least once, under a stable Message-ID.';
COMMENT ON COLUMN outbox.finished_at IS 'When it was given its last state. Mail of unknown fate is sent again under the same Message-ID while this is empty.';

SELECT make_append_only(t) FROM unnest(ARRAY['statements', 'statement_pdfs']::regclass[]) AS t;
SELECT make_sealed(t) FROM unnest(ARRAY['statements', 'statement_pdfs']::regclass[]) AS t;
GRANT SELECT, INSERT, UPDATE ON outbox TO daftar_app;
