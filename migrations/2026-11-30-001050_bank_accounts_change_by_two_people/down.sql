-- Without these columns an account that waits for its approval or cools off would be paid at once.
DO $$
DECLARE
    unpaid integer;
BEGIN
    SELECT b.id INTO unpaid FROM bank_accounts b
     WHERE b.made_by IS NOT NULL AND (b.cooled_off_at IS NULL OR b.cooled_off_at > now())
       AND (b.valid_until IS NULL OR b.valid_until > greatest(b.valid_from, now()))
     ORDER BY b.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'bank account % waits for its approval or cools off, and would be paid at once: end it at its beginning, or approve it and wait', unpaid;
    END IF;
END
$$;
DROP FUNCTION account_paid_into(integer, text, timestamptz);
REVOKE UPDATE (valid_until) ON bank_accounts FROM daftar_app;
DROP TRIGGER keep_bank_account ON bank_accounts;
DROP FUNCTION keep_bank_account();
DROP TRIGGER enter_bank_account ON bank_accounts;
DROP FUNCTION enter_bank_account();
COMMENT ON COLUMN bank_accounts.valid_until IS NULL;
ALTER TABLE bank_accounts
    DROP CONSTRAINT who_ended_a_bank_account_is_named,
    DROP CONSTRAINT an_approved_bank_account_cools_off,
    DROP CONSTRAINT a_bank_account_is_approved_by_another_than_its_maker,
    DROP CONSTRAINT a_bank_account_ends_no_sooner_than_it_begins;
SELECT alter_sealed_table('bank_accounts',
    'DROP COLUMN made_by, DROP COLUMN made_at, DROP COLUMN approved_by, DROP COLUMN approved_at, DROP COLUMN cooled_off_at,
     DROP COLUMN ended_by, DROP COLUMN ended_at');
