ALTER TABLE networks DROP CONSTRAINT a_payout_threshold_has_a_limit;
ALTER TABLE remittances DROP CONSTRAINT a_remittance_has_a_limit;
ALTER TABLE allocations DROP CONSTRAINT an_asked_amount_has_a_limit, DROP CONSTRAINT a_total_has_a_limit;
ALTER TABLE transactions DROP CONSTRAINT an_amount_has_a_limit, DROP CONSTRAINT a_principal_has_a_limit;
