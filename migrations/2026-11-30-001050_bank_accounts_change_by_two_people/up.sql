-- An account that was mistyped, or that the bank closed, ends; another of a party that stands is entered by one person, approved by
-- another, and paid once it has cooled off.
SELECT alter_sealed_table('bank_accounts',
    'ADD COLUMN made_by integer REFERENCES originators, ADD COLUMN made_at timestamptz,
     ADD COLUMN approved_by integer REFERENCES originators, ADD COLUMN approved_at timestamptz, ADD COLUMN cooled_off_at timestamptz,
     ADD COLUMN ended_by integer REFERENCES originators, ADD COLUMN ended_at timestamptz');
ALTER TABLE bank_accounts
    ADD CONSTRAINT a_bank_account_ends_no_sooner_than_it_begins CHECK (valid_until >= valid_from),
    ADD CONSTRAINT a_bank_account_is_approved_by_another_than_its_maker CHECK (approved_by <> made_by),
    ADD CONSTRAINT an_approved_bank_account_cools_off
        CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND (approved_by IS NULL) = (cooled_off_at IS NULL)
               AND (approved_by IS NULL OR made_by IS NOT NULL) AND cooled_off_at - approved_at >= interval '72 hours'),
    ADD CONSTRAINT who_ended_a_bank_account_is_named
        CHECK ((valid_until IS NULL) = (ended_by IS NULL) AND (valid_until IS NULL) = (ended_at IS NULL)) NOT VALID;
COMMENT ON COLUMN bank_accounts.valid_until IS 'Exclusive; an end that was announced is only brought forward. Where it is the beginning, the account was taken back before it was paid.';
COMMENT ON COLUMN bank_accounts.made_by IS 'Empty where the account was entered with its party; else it waits for the approval of another person.';
COMMENT ON COLUMN bank_accounts.made_at IS 'Empty only of what was entered before this was kept.';
COMMENT ON COLUMN bank_accounts.cooled_off_at IS 'From when an account that was approved is paid, if its validity has begun: COOLING_OFF of domain::bank_account after its approval.';

CREATE FUNCTION enter_bank_account() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.approved_by IS NOT NULL
       OR (NEW.made_by IS NULL
           AND NOT EXISTS (SELECT FROM public.parties p WHERE p.id = NEW.party_id AND p.created_at = NEW.made_at))
    THEN
        RAISE EXCEPTION 'an account of a party that stands already is entered by one person and approved by another'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_bank_account_changes_by_two_people', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION enter_bank_account() IS 'Behind the trigger of bank_accounts: only what is entered at the moment of its party needs no approval.';
CREATE TRIGGER enter_bank_account BEFORE INSERT ON bank_accounts FOR EACH ROW EXECUTE FUNCTION enter_bank_account();
ALTER TABLE bank_accounts ENABLE ALWAYS TRIGGER enter_bank_account;

CREATE FUNCTION keep_bank_account() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    paid_from timestamptz := CASE WHEN OLD.made_by IS NULL THEN OLD.valid_from
                                  WHEN OLD.cooled_off_at IS NOT NULL THEN greatest(OLD.valid_from, OLD.cooled_off_at) END;
BEGIN
    IF (NEW.id, NEW.party_id, NEW.deposit_identifier, NEW.iban, NEW.valid_from, NEW.made_by, NEW.made_at)
       IS DISTINCT FROM
       (OLD.id, OLD.party_id, OLD.deposit_identifier, OLD.iban, OLD.valid_from, OLD.made_by, OLD.made_at)
    THEN
        RAISE EXCEPTION 'bank account % is kept as it was entered: end it and enter another', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_bank_account_is_kept_as_it_was_entered', TABLE = TG_TABLE_NAME;
    END IF;
    IF (NEW.valid_until, NEW.ended_by, NEW.ended_at) IS DISTINCT FROM (OLD.valid_until, OLD.ended_by, OLD.ended_at) THEN
        IF OLD.valid_until IS NOT NULL AND (NEW.valid_until < OLD.valid_until) IS NOT TRUE THEN
            RAISE EXCEPTION 'bank account % ends already: an end is brought forward, and not put off', OLD.id
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'an_end_of_a_bank_account_is_only_brought_forward',
                      TABLE = TG_TABLE_NAME;
        END IF;
        IF NEW.valid_until < NEW.ended_at AND paid_from <= NEW.ended_at AND (OLD.valid_until > paid_from) IS NOT FALSE THEN
            RAISE EXCEPTION 'bank account % is paid since %: it ends at a moment that is yet to come', OLD.id, paid_from
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'what_was_paid_into_a_bank_account_stays_so',
                      TABLE = TG_TABLE_NAME;
        END IF;
    END IF;
    IF OLD.approved_by IS NOT NULL
       AND (NEW.approved_by, NEW.approved_at, NEW.cooled_off_at) IS DISTINCT FROM (OLD.approved_by, OLD.approved_at, OLD.cooled_off_at)
    THEN
        RAISE EXCEPTION 'bank account % is approved already', OLD.id
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'a_bank_account_is_approved_once', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION keep_bank_account() IS 'Behind the trigger of bank_accounts: an account is approved once, its end is announced or brought forward, and nothing else of it changes.';
CREATE TRIGGER keep_bank_account BEFORE UPDATE ON bank_accounts FOR EACH ROW EXECUTE FUNCTION keep_bank_account();
ALTER TABLE bank_accounts ENABLE ALWAYS TRIGGER keep_bank_account;

GRANT UPDATE (valid_until, approved_by, approved_at, cooled_off_at, ended_by, ended_at) ON bank_accounts TO daftar_app;

CREATE FUNCTION account_paid_into(of_party integer, of_destination text, moment timestamptz) RETURNS TABLE (iban text)
    LANGUAGE sql STABLE
AS $$
    SELECT newest.iban
      FROM (SELECT b.iban, b.valid_until FROM public.bank_accounts b
             WHERE b.party_id = of_party AND b.deposit_identifier IN (of_destination, '')
               AND b.valid_from <= moment AND (b.made_by IS NULL OR b.cooled_off_at <= moment)
               AND (b.valid_until IS NULL OR b.valid_until > greatest(b.valid_from, b.cooled_off_at))
             ORDER BY b.deposit_identifier DESC, b.valid_from DESC LIMIT 1) newest
     WHERE newest.valid_until IS NULL OR newest.valid_until > moment
$$;
COMMENT ON FUNCTION account_paid_into(integer, text, timestamptz) IS 'Into which account a destination is paid: its own, or the party''s plain one as long as it never had one of its own. None while that waits for its approval, has not cooled off or has ended. Without settings of its own, so that it is planned as a part of the query that asks.';
