ALTER TABLE licence_events DROP CONSTRAINT a_decision_has_a_limit, DROP CONSTRAINT evidence_has_a_limit;
ALTER TABLE licences DROP CONSTRAINT a_class_has_a_limit;
ALTER TABLE offices DROP CONSTRAINT a_name_has_a_limit, DROP CONSTRAINT the_name_of_a_place_has_a_limit;
ALTER TABLE services DROP CONSTRAINT a_name_has_a_limit;
ALTER TABLE instruments
    DROP CONSTRAINT a_code_has_a_limit,
    DROP CONSTRAINT a_title_has_a_limit,
    DROP CONSTRAINT a_place_in_an_instrument_has_a_limit;
ALTER TABLE originators DROP CONSTRAINT a_name_has_a_limit;
ALTER TABLE weekends DROP CONSTRAINT a_code_has_a_limit;
ALTER TABLE holidays DROP CONSTRAINT a_name_has_a_limit, DROP CONSTRAINT a_code_has_a_limit;
ALTER TABLE networks DROP CONSTRAINT a_name_has_a_limit;
ALTER TABLE bank_accounts DROP CONSTRAINT a_deposit_identifier_has_a_limit;
ALTER TABLE parties DROP CONSTRAINT a_name_has_a_limit, DROP CONSTRAINT an_address_has_a_limit;
ALTER TABLE currency_units DROP CONSTRAINT a_name_has_a_limit, DROP CONSTRAINT a_code_has_a_limit;
