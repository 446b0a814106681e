-- Settlements: positions, holds, payouts with their answers, remittances.
CREATE TABLE settlements (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id smallint NOT NULL REFERENCES networks,
    window_id integer NOT NULL REFERENCES window_seals,
    state text NOT NULL DEFAULT 'proposed' CONSTRAINT settlement_state_is_known CHECK (state IN ('proposed', 'approved', 'rejected')),
    digest bytea NOT NULL CONSTRAINT settlement_digest_is_sha256 CHECK (octet_length(digest) = 32),
    proposed_by integer NOT NULL REFERENCES originators,
    proposed_at timestamptz NOT NULL,
    decided_by integer REFERENCES originators,
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    CONSTRAINT a_settlement_is_decided_by_another_than_its_maker CHECK (decided_by <> proposed_by),
    CONSTRAINT a_decided_settlement_says_who_and_when
        CHECK ((state = 'proposed') = (decided_by IS NULL) AND (state = 'proposed') = (decided_at IS NULL)),
    CONSTRAINT a_rejection_has_a_reason CHECK (state <> 'rejected' OR reason <> '')
);
CREATE UNIQUE INDEX one_settlement_per_window_unless_rejected ON settlements (window_id) WHERE state <> 'rejected';
COMMENT ON TABLE settlements IS 'The result of one sealed window, proposed by one and approved or rejected by another.';
COMMENT ON COLUMN settlements.digest IS 'Over the positions as previewed: approval refuses when a fresh computation differs.';

CREATE FUNCTION keep_decided_settlement() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.state <> 'proposed'
       OR (NEW.network_id, NEW.window_id, NEW.digest, NEW.proposed_by, NEW.proposed_at)
          IS DISTINCT FROM (OLD.network_id, OLD.window_id, OLD.digest, OLD.proposed_by, OLD.proposed_at)
       OR (NEW.state <> 'rejected' AND (SELECT o.kind FROM public.originators o WHERE o.id = NEW.decided_by) = 'job')
    THEN
        RAISE EXCEPTION 'settlement % is decided once, by a person', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_settlement_is_decided_once_by_a_person', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_decided_settlement BEFORE UPDATE ON settlements FOR EACH ROW EXECUTE FUNCTION keep_decided_settlement();
ALTER TABLE settlements ENABLE ALWAYS TRIGGER keep_decided_settlement;

CREATE TABLE positions (
    settlement_id integer NOT NULL REFERENCES settlements,
    party_id integer NOT NULL REFERENCES parties,
    deposit_identifier text NOT NULL,
    unit_id smallint NOT NULL REFERENCES currency_units,
    opening bigint NOT NULL,
    earned bigint NOT NULL,
    collected bigint NOT NULL,
    memos bigint NOT NULL,
    remitted bigint NOT NULL,
    returned bigint NOT NULL,
    before bigint NOT NULL,
    active_holds bigint NOT NULL,
    held bigint NOT NULL,
    payable bigint NOT NULL,
    paid bigint NOT NULL,
    closing bigint NOT NULL,
    carried_cycles smallint NOT NULL,
    PRIMARY KEY (settlement_id, party_id, deposit_identifier, unit_id),
    CONSTRAINT a_position_adds_up CHECK (before = opening + earned - collected + memos + remitted + returned),
    CONSTRAINT held_is_what_is_there_and_no_more CHECK (held = least(greatest(before, 0), active_holds)),
    CONSTRAINT payable_is_what_is_not_held CHECK (payable = before - held),
    CONSTRAINT paid_is_all_that_is_payable_or_nothing CHECK (paid = 0 OR (paid = payable AND payable > 0)),
    CONSTRAINT closing_is_what_was_not_paid CHECK (closing = before - paid)
);
COMMENT ON TABLE positions IS 'What each party is owed, per destination and unit, credit positive, in the words of the statement.';

CREATE TABLE hold_movements (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    settlement_id integer NOT NULL REFERENCES settlements,
    window_id integer NOT NULL REFERENCES windows,
    party_id integer NOT NULL REFERENCES parties,
    deposit_identifier text NOT NULL,
    unit_id smallint NOT NULL REFERENCES currency_units,
    cause text NOT NULL,
    amount bigint NOT NULL CONSTRAINT a_hold_movement_moves CHECK (amount <> 0),
    CONSTRAINT one_hold_movement_per_settlement_and_cause UNIQUE (settlement_id, party_id, deposit_identifier, unit_id, cause)
);
CREATE INDEX hold_movements_of_a_party ON hold_movements (party_id, deposit_identifier, unit_id);
COMMENT ON TABLE hold_movements IS 'Earned but not payable yet: append-only movements per cause, never below zero in sum.';

CREATE TABLE payouts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    settlement_id integer NOT NULL REFERENCES settlements,
    network_id smallint NOT NULL REFERENCES networks,
    party_id integer NOT NULL REFERENCES parties,
    deposit_identifier text NOT NULL,
    unit_id smallint NOT NULL REFERENCES currency_units,
    amount bigint NOT NULL CONSTRAINT a_payout_is_positive CHECK (amount > 0),
    iban text,
    priority smallint NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT payout_state_is_known CHECK (state IN ('waiting', 'released', 'settled', 'returned')),
    made_at timestamptz NOT NULL,
    released_at timestamptz,
    CONSTRAINT what_was_released_says_when CHECK ((state = 'waiting') = (released_at IS NULL)),
    CONSTRAINT a_released_payout_has_an_account CHECK (state = 'waiting' OR iban IS NOT NULL)
);
CREATE UNIQUE INDEX one_live_payout_per_party_destination_settlement_and_unit
    ON payouts (party_id, deposit_identifier, settlement_id, unit_id) WHERE state <> 'returned';
CREATE INDEX payouts_that_wait ON payouts (network_id, unit_id, priority, id) WHERE state = 'waiting';
CREATE INDEX payouts_on_their_way ON payouts (network_id, unit_id) WHERE state = 'released';
CREATE INDEX payouts_of_a_settlement ON payouts (settlement_id);
COMMENT ON TABLE payouts IS 'One payment instruction with one identity for life: waiting until the books show the money, released to the bank, settled or returned.';
COMMENT ON COLUMN payouts.iban IS 'The destination''s account, copied when the payout was approved; empty while none is known, and then it waits.';

CREATE FUNCTION keep_payout_terms() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF (NEW.settlement_id, NEW.network_id, NEW.party_id, NEW.deposit_identifier, NEW.unit_id, NEW.amount, NEW.priority, NEW.made_at)
       IS DISTINCT FROM
       (OLD.settlement_id, OLD.network_id, OLD.party_id, OLD.deposit_identifier, OLD.unit_id, OLD.amount, OLD.priority, OLD.made_at)
       OR (OLD.iban IS NOT NULL AND NEW.iban IS DISTINCT FROM OLD.iban)
       OR (OLD.state, NEW.state) NOT IN
          (('waiting', 'waiting'), ('waiting', 'released'), ('released', 'settled'), ('released', 'returned'), ('settled', 'returned'))
    THEN
        RAISE EXCEPTION 'payout % keeps its terms and goes waiting, released, settled or returned', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_payout_keeps_its_terms', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_payout_terms BEFORE UPDATE ON payouts FOR EACH ROW EXECUTE FUNCTION keep_payout_terms();
ALTER TABLE payouts ENABLE ALWAYS TRIGGER keep_payout_terms;

CREATE TABLE payout_answers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payout_id bigint NOT NULL REFERENCES payouts,
    outcome text NOT NULL CONSTRAINT payout_outcome_is_known CHECK (outcome IN ('settled', 'returned')),
    bank_reference text NOT NULL,
    reason text NOT NULL DEFAULT '',
    answered_at timestamptz NOT NULL,
    window_id integer NOT NULL REFERENCES windows,
    originator_id integer NOT NULL REFERENCES originators,
    CONSTRAINT one_answer_of_a_kind_per_payout UNIQUE (payout_id, outcome),
    CONSTRAINT a_return_has_a_reason CHECK (outcome = 'settled' OR reason <> '')
);
COMMENT ON TABLE payout_answers IS 'What the bank said. A return comes back as a line of the window it is booked in.';

CREATE TABLE remittances (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network_id smallint NOT NULL REFERENCES networks,
    party_id integer NOT NULL REFERENCES parties,
    deposit_identifier text NOT NULL DEFAULT '',
    unit_id smallint NOT NULL REFERENCES currency_units,
    amount bigint NOT NULL CONSTRAINT a_remittance_is_positive CHECK (amount > 0),
    bank_reference text NOT NULL,
    received_at timestamptz NOT NULL,
    window_id integer NOT NULL REFERENCES windows,
    originator_id integer NOT NULL REFERENCES originators,
    CONSTRAINT a_bank_reference_is_recorded_once UNIQUE (network_id, bank_reference)
);
CREATE INDEX remittances_of_a_window ON remittances (window_id);
CREATE INDEX payout_answers_of_a_window ON payout_answers (window_id);
COMMENT ON TABLE remittances IS 'What a party that collected more than it earned sent to the network''s account.';

CREATE TABLE remittance_demands (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    settlement_id integer NOT NULL REFERENCES settlements,
    party_id integer NOT NULL REFERENCES parties,
    deposit_identifier text NOT NULL,
    unit_id smallint NOT NULL REFERENCES currency_units,
    amount bigint NOT NULL CONSTRAINT a_demand_is_positive CHECK (amount > 0),
    reference text NOT NULL CONSTRAINT demand_references_are_unique UNIQUE,
    due_at timestamptz NOT NULL,
    CONSTRAINT one_demand_per_position UNIQUE (settlement_id, party_id, deposit_identifier, unit_id)
);
COMMENT ON TABLE remittance_demands IS 'What a party owes by a settlement: how much, by when, under which reference. The newest replaces the older ones.';

SELECT make_append_only(t) FROM unnest(ARRAY['positions', 'hold_movements', 'payout_answers', 'remittances', 'remittance_demands']::regclass[]) AS t;
SELECT make_sealed(t) FROM unnest(ARRAY['settlements', 'hold_movements', 'payouts', 'payout_answers', 'remittances', 'remittance_demands']::regclass[]) AS t;
GRANT SELECT, INSERT, UPDATE ON settlements, payouts TO daftar_app;
