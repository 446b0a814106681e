-- What people register is printed, mailed and read by every server: it has a length, as `usecases::register::text` has it.
ALTER TABLE currency_units
    ADD CONSTRAINT a_name_has_a_limit CHECK (length(name_fa) <= 200 AND length(name_en) <= 200),
    ADD CONSTRAINT a_code_has_a_limit CHECK (length(iso_code) <= 40);
ALTER TABLE parties
    ADD CONSTRAINT a_name_has_a_limit CHECK (length(name_fa) <= 200 AND length(name_en) <= 200),
    ADD CONSTRAINT an_address_has_a_limit CHECK (length(email) <= 254);
ALTER TABLE bank_accounts ADD CONSTRAINT a_deposit_identifier_has_a_limit CHECK (length(deposit_identifier) <= 64);
ALTER TABLE networks ADD CONSTRAINT a_name_has_a_limit CHECK (length(name_fa) <= 200 AND length(name_en) <= 200);
ALTER TABLE holidays
    ADD CONSTRAINT a_name_has_a_limit CHECK (length(name_fa) <= 200 AND length(name_en) <= 200),
    ADD CONSTRAINT a_code_has_a_limit CHECK (length(calendar) <= 40);
ALTER TABLE weekends ADD CONSTRAINT a_code_has_a_limit CHECK (length(calendar) <= 40);
ALTER TABLE originators ADD CONSTRAINT a_name_has_a_limit CHECK (length(name) <= 200);
ALTER TABLE instruments
    ADD CONSTRAINT a_code_has_a_limit CHECK (length(code) <= 40),
    ADD CONSTRAINT a_title_has_a_limit CHECK (length(title) <= 1000),
    ADD CONSTRAINT a_place_in_an_instrument_has_a_limit CHECK (length(number) <= 200 AND length(clause) <= 200);
ALTER TABLE services ADD CONSTRAINT a_name_has_a_limit CHECK (length(name_fa) <= 200 AND length(name_en) <= 200);
ALTER TABLE offices
    ADD CONSTRAINT a_name_has_a_limit CHECK (length(name_fa) <= 200 AND length(name_en) <= 200),
    ADD CONSTRAINT the_name_of_a_place_has_a_limit CHECK (length(province) <= 100 AND length(county) <= 100 AND length(district) <= 100);
ALTER TABLE licences ADD CONSTRAINT a_class_has_a_limit CHECK (length(class) <= 100);
ALTER TABLE licence_events
    ADD CONSTRAINT a_decision_has_a_limit CHECK (length(deciding_body) <= 500 AND length(decision) <= 500),
    ADD CONSTRAINT evidence_has_a_limit CHECK (length(evidence) <= 2000);
