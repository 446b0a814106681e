-- What carries the load: facts, allocations, batches, transactions, and the rows that could not be booked.
CREATE TABLE facts (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    canonical text NOT NULL CONSTRAINT facts_are_interned_once UNIQUE
);
COMMENT ON TABLE facts IS 'Interned facts of cases, as canonical JSON with sorted keys.';

CREATE TABLE allocations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind smallint NOT NULL CONSTRAINT allocation_kind_is_known CHECK (kind IN (1, 2)),
    tariff_version_id integer NOT NULL,
    asked_amount bigint NOT NULL CONSTRAINT asked_amount_is_not_negative CHECK (asked_amount >= 0),
    quantity integer NOT NULL CONSTRAINT quantity_is_positive CHECK (quantity > 0),
    activity_leg text NOT NULL,
    read_facts_id integer NOT NULL,
    original_id bigint,
    original_ordinal integer,
    source_terms smallint[] NOT NULL,
    source_amounts bigint[] NOT NULL,
    leg_terms smallint[] NOT NULL,
    leg_amounts bigint[] NOT NULL,
    total bigint NOT NULL,
    CONSTRAINT an_allocation_has_two_sides_of_equal_sum
        CHECK (amounts_sum(source_amounts) = total AND amounts_sum(leg_amounts) = total),
    CONSTRAINT no_term_of_an_allocation_is_negative CHECK (0 <= ALL (source_amounts) AND 0 <= ALL (leg_amounts)),
    CONSTRAINT each_amount_of_an_allocation_has_its_term
        CHECK (cardinality(source_terms) = cardinality(source_amounts) AND cardinality(leg_terms) = cardinality(leg_amounts)),
    CONSTRAINT a_refund_allocation_names_its_original
        CHECK ((kind = 2) = (original_id IS NOT NULL) AND (kind = 2) = (original_ordinal IS NOT NULL))
);
CREATE UNIQUE INDEX one_allocation_per_question ON allocations
    (tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id) WHERE kind = 1;
CREATE UNIQUE INDEX one_refund_allocation_per_original_and_ordinal ON allocations (original_id, original_ordinal) WHERE kind = 2;
COMMENT ON TABLE allocations IS 'The exact split of one amount under one tariff version; shared by every transaction that asks the same question. Kind 1 is priced by the tariff, 2 is a partial refund of one original.';
COMMENT ON COLUMN allocations.asked_amount IS 'The sender''s amount, or the tariff''s price where the sender gave none.';
COMMENT ON COLUMN allocations.source_terms IS 'Ordinals of the version''s terms that bring the money, beside source_amounts.';
COMMENT ON COLUMN allocations.total IS 'The sum of either side.';

CREATE SEQUENCE batch_ids;
CREATE TABLE batches (
    id bigint PRIMARY KEY,
    window_id integer NOT NULL REFERENCES windows,
    unit_id smallint NOT NULL REFERENCES currency_units,
    booked_at timestamptz NOT NULL,
    row_count integer NOT NULL CONSTRAINT a_batch_has_rows CHECK (row_count BETWEEN 1 AND 16383),
    amount_sum bigint NOT NULL,
    principal_sum bigint NOT NULL,
    digest bytea NOT NULL CONSTRAINT batch_digest_is_sha256 CHECK (octet_length(digest) = 32)
);
CREATE INDEX batches_of_a_window ON batches (window_id, id);
COMMENT ON TABLE batches IS 'What one database transaction booked in one window and unit: count, signed sums, digest over the rows'' leaves in line order.';

CREATE TABLE transactions (
    allocation_id bigint NOT NULL,
    batch_id bigint NOT NULL,
    original_id bigint,
    amount bigint NOT NULL CONSTRAINT amount_is_not_negative CHECK (amount >= 0),
    principal bigint NOT NULL CONSTRAINT principal_is_not_negative CHECK (principal >= 0),
    leaf bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    office_id integer NOT NULL,
    sender_id integer NOT NULL,
    service_id integer NOT NULL,
    licence_id integer NOT NULL,
    binding_id integer NOT NULL,
    facts_id integer NOT NULL,
    window_id integer NOT NULL,
    line smallint NOT NULL,
    network_id smallint NOT NULL,
    kind smallint NOT NULL CONSTRAINT transaction_kind_is_known CHECK (kind IN (1, 2, 3, 4)),
    holder smallint NOT NULL CONSTRAINT holder_is_known CHECK (holder IN (1, 2, 3, 4)),
    reference text NOT NULL CONSTRAINT reference_has_a_length CHECK (length(reference) BETWEEN 1 AND 80),
    citizen bytea,
    CONSTRAINT what_takes_back_names_its_original CHECK ((kind IN (2, 3)) = (original_id IS NOT NULL)),
    CONSTRAINT one_transaction_per_office_sender_and_reference PRIMARY KEY (office_id, sender_id, reference)
);
CREATE INDEX transactions_of_an_office_by_event_time ON transactions (office_id, occurred_at);
CREATE INDEX transactions_that_take_back ON transactions (original_id) WHERE original_id IS NOT NULL;
CREATE INDEX transactions_by_booking ON transactions USING brin (batch_id, window_id) WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON TABLE transactions IS 'One service given, with its money. Append-only and narrow; no foreign keys: sealing proves them, verify again. The id that people and refunds name is batch_id * 16384 + line.';
COMMENT ON COLUMN transactions.original_id IS 'The id of the transaction that a refund or reversal takes back.';
COMMENT ON COLUMN transactions.amount IS 'Total of the allocation, in the smallest part of the tariff''s unit; a refund''s counts negative by its kind.';
COMMENT ON COLUMN transactions.principal IS 'A bill''s principal, owed whole to the biller and never split.';
COMMENT ON COLUMN transactions.leaf IS 'First 8 bytes of the SHA-256 leaf over the row''s stored fields.';
COMMENT ON COLUMN transactions.kind IS '1 original, 2 refund, 3 reversal, 4 correction.';
COMMENT ON COLUMN transactions.holder IS 'Who holds the money, or gave it back: 1 office, 2 agency, 3 central, 4 split_at_source.';
COMMENT ON COLUMN transactions.citizen IS 'Keyed hash that the sender made; never an identifier in clear.';

CREATE TABLE quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_code text NOT NULL,
    sender_id integer NOT NULL REFERENCES originators,
    reference text NOT NULL,
    row text NOT NULL,
    reason text NOT NULL,
    explanation text NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT quarantine_state_is_known CHECK (state IN ('waiting', 'released', 'rejected', 'superseded')),
    decided_by integer REFERENCES originators,
    decided_at timestamptz,
    note text NOT NULL DEFAULT '',
    CONSTRAINT a_decided_row_says_who_and_when CHECK ((state = 'waiting') = (decided_at IS NULL) AND (state = 'waiting') = (decided_by IS NULL))
);
CREATE INDEX quarantine_that_waits ON quarantine (office_code, sender_id, reference) WHERE state = 'waiting';
CREATE UNIQUE INDEX one_waiting_row_per_content ON quarantine (office_code, sender_id, reference, md5(row)) WHERE state = 'waiting';
COMMENT ON TABLE quarantine IS 'Rows that could not be booked, kept whole with their reason, until a person releases or rejects them or a corrected one supersedes them. They hold no idempotency key.';
COMMENT ON COLUMN quarantine.row IS 'The row as received, in the canonical JSON of the recording API.';

CREATE FUNCTION keep_quarantined_row() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.state <> 'waiting'
       OR (NEW.office_code, NEW.sender_id, NEW.reference, NEW.row, NEW.received_at)
          IS DISTINCT FROM (OLD.office_code, OLD.sender_id, OLD.reference, OLD.row, OLD.received_at)
    THEN
        RAISE EXCEPTION 'quarantined row % was decided or is kept as received', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_quarantined_row_is_decided_once', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_quarantined_row BEFORE UPDATE ON quarantine FOR EACH ROW EXECUTE FUNCTION keep_quarantined_row();
ALTER TABLE quarantine ENABLE ALWAYS TRIGGER keep_quarantined_row;

CREATE TABLE submissions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender_id integer NOT NULL REFERENCES originators,
    received_at timestamptz NOT NULL,
    booked bigint NOT NULL DEFAULT 0,
    repeated bigint NOT NULL DEFAULT 0,
    quarantined bigint NOT NULL DEFAULT 0,
    conflicting bigint NOT NULL DEFAULT 0,
    refused bigint NOT NULL DEFAULT 0,
    malformed bigint NOT NULL DEFAULT 0,
    finished_at timestamptz
);
COMMENT ON TABLE submissions IS 'One file or stream of rows that a sender sent, with how many of its rows were booked, were booked already, wait, conflict with what is booked, were refused, could not be read.';

CREATE TABLE submission_rows (
    submission_id bigint NOT NULL REFERENCES submissions,
    line bigint NOT NULL,
    outcome text NOT NULL CONSTRAINT unbooked_outcome_is_known CHECK (outcome IN ('quarantined', 'conflict', 'refused', 'malformed')),
    reference text NOT NULL,
    reason text NOT NULL,
    explanation text NOT NULL,
    PRIMARY KEY (submission_id, line)
);
COMMENT ON TABLE submission_rows IS 'The rows of a submission that were not booked, with their reasons, so that they can be fetched again.';

SELECT make_append_only(t) FROM unnest(ARRAY['facts', 'allocations', 'batches', 'transactions', 'submission_rows']::regclass[]) AS t;
SELECT make_sealed(t) FROM unnest(ARRAY['facts', 'allocations']::regclass[]) AS t;
GRANT USAGE ON SEQUENCE batch_ids TO daftar_app;
GRANT SELECT, INSERT, UPDATE ON quarantine, submissions TO daftar_app;
