-- The most that one row may state, as `domain::money::AMOUNT_MAX` has it: no few rows take a network's sums out of 64 bits.
ALTER TABLE transactions
    ADD CONSTRAINT an_amount_has_a_limit CHECK (amount <= 100000000000000),
    ADD CONSTRAINT a_principal_has_a_limit CHECK (principal <= 100000000000000);
ALTER TABLE allocations
    ADD CONSTRAINT an_asked_amount_has_a_limit CHECK (asked_amount <= 100000000000000),
    ADD CONSTRAINT a_total_has_a_limit CHECK (total <= 100000000000000);
ALTER TABLE remittances ADD CONSTRAINT a_remittance_has_a_limit CHECK (amount <= 100000000000000);
ALTER TABLE networks ADD CONSTRAINT a_payout_threshold_has_a_limit CHECK (payout_threshold <= 100000000000000);
