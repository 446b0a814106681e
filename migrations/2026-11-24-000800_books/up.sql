-- Double-entry books and the proofs of sealed windows.
CREATE TABLE accounts (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id smallint NOT NULL REFERENCES networks,
    unit_id smallint NOT NULL REFERENCES currency_units,
    kind text NOT NULL CONSTRAINT account_kind_is_known CHECK (kind IN ('due', 'held', 'clearing', 'transit', 'bank', 'suspense', 'conversion')),
    party_id integer REFERENCES parties,
    deposit_identifier text NOT NULL DEFAULT '',
    window_id integer REFERENCES windows,
    CONSTRAINT an_account_names_whom_it_stands_for
        CHECK ((kind IN ('due', 'held')) = (party_id IS NOT NULL) AND (kind = 'clearing') = (window_id IS NOT NULL)),
    CONSTRAINT one_account_per_meaning UNIQUE NULLS NOT DISTINCT (network_id, unit_id, kind, party_id, deposit_identifier, window_id)
);
COMMENT ON TABLE accounts IS 'Accounts per network and unit. A credit balance of a due account is what the network owes the party.';

CREATE TABLE journals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id smallint NOT NULL REFERENCES networks,
    kind text NOT NULL CONSTRAINT journal_kind_is_known CHECK (kind IN ('window', 'hold', 'payout', 'payout_answer', 'remittance')),
    window_id integer NOT NULL REFERENCES windows,
    party_id integer NOT NULL REFERENCES parties,
    cause_id bigint NOT NULL,
    posted_at timestamptz NOT NULL,
    originator_id integer NOT NULL REFERENCES originators,
    CONSTRAINT a_cause_is_posted_once UNIQUE (kind, cause_id, party_id)
);
COMMENT ON TABLE journals IS 'One per party and cause: a window, a hold movement, a payout, its answer, a remittance.';
COMMENT ON COLUMN journals.window_id IS 'The window in which the movement counts.';
COMMENT ON COLUMN journals.cause_id IS 'Id of the window, hold movement, payout, payout answer or remittance that caused it.';

CREATE TABLE entries (
    journal_id bigint NOT NULL REFERENCES journals,
    line smallint NOT NULL,
    account_id integer NOT NULL REFERENCES accounts,
    amount bigint NOT NULL,
    side text NOT NULL CONSTRAINT entry_side_is_known CHECK (side IN ('earned', 'collected', 'clearing', 'hold', 'payout', 'returned', 'remitted', 'settled')),
    transaction_kind smallint NOT NULL DEFAULT 0 CONSTRAINT entry_kind_is_known CHECK (transaction_kind BETWEEN 0 AND 4),
    component_kind text NOT NULL DEFAULT '',
    item_count bigint NOT NULL,
    PRIMARY KEY (journal_id, line)
);
CREATE INDEX entries_of_an_account ON entries (account_id, journal_id);
COMMENT ON TABLE entries IS 'Lines of journals: credit positive, debit negative. Each says what it sums, so that it can be recomputed from the transactions.';
COMMENT ON COLUMN entries.item_count IS 'How many transactions, or other causes, the amount sums.';

CREATE FUNCTION refuse_unbalanced_journal() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    unbalanced bigint;
BEGIN
    SELECT w.journal_id INTO unbalanced
      FROM written w JOIN public.accounts a ON a.id = w.account_id
     GROUP BY w.journal_id, a.unit_id HAVING sum(w.amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the entries of journal % do not balance', unbalanced
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entries_of_a_journal_balance', TABLE = 'entries';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_unbalanced_journal() IS 'All entries of a journal are written in one statement, which is refused unless it balances per unit.';
CREATE TRIGGER refuse_unbalanced_journal AFTER INSERT ON entries
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_journal();
ALTER TABLE entries ENABLE ALWAYS TRIGGER refuse_unbalanced_journal;

CREATE TABLE window_totals (
    window_id integer NOT NULL REFERENCES windows,
    party_id integer NOT NULL REFERENCES parties,
    deposit_identifier text NOT NULL,
    unit_id smallint NOT NULL REFERENCES currency_units,
    earlier boolean NOT NULL,
    service_ids integer[] NOT NULL,
    sides smallint[] NOT NULL,
    transaction_kinds smallint[] NOT NULL,
    component_kinds text[] NOT NULL,
    counts bigint[] NOT NULL,
    sums bigint[] NOT NULL,
    PRIMARY KEY (window_id, party_id, deposit_identifier, unit_id, earlier)
);
COMMENT ON TABLE window_totals IS 'Per window, party and destination, one array element per service, side (1 earned, 2 collected), transaction kind and component kind.';
COMMENT ON COLUMN window_totals.earlier IS 'Items that happened before the window began are kept apart: statements print them so.';
COMMENT ON COLUMN window_totals.sums IS 'Signed: refunds and reversals count negative.';

CREATE TABLE window_seals (
    window_id integer PRIMARY KEY REFERENCES window_closings,
    sealed_at timestamptz NOT NULL,
    originator_id integer NOT NULL REFERENCES originators,
    transaction_count bigint NOT NULL,
    batch_count bigint NOT NULL,
    amount_sum bigint NOT NULL,
    principal_sum bigint NOT NULL,
    earned_sum bigint NOT NULL,
    collected_sum bigint NOT NULL,
    root bytea NOT NULL CONSTRAINT window_root_is_sha256 CHECK (octet_length(root) = 32),
    CONSTRAINT a_sealed_window_clears_to_zero CHECK (earned_sum = collected_sum),
    CONSTRAINT what_was_earned_is_what_was_paid CHECK (earned_sum = amount_sum + principal_sum)
);
COMMENT ON TABLE window_seals IS 'The proof sheet of a sealed window: counts, sums and the Merkle root over its batches. Never reopened.';

SELECT make_append_only(t) FROM unnest(ARRAY['accounts', 'journals', 'entries', 'window_totals', 'window_seals']::regclass[]) AS t;
SELECT make_sealed(t) FROM unnest(ARRAY['accounts', 'journals', 'window_seals']::regclass[]) AS t;
