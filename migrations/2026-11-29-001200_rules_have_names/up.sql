-- Whoever is refused reads the rule's name: it says what the rule is.
ALTER TABLE roles RENAME CONSTRAINT roles_code_check TO role_code_has_its_form;
ALTER TABLE networks RENAME CONSTRAINT networks_code_check TO network_code_has_its_form;
ALTER TABLE weekends RENAME CONSTRAINT weekends_iso_weekday_check TO a_day_off_is_an_iso_day;
ALTER TABLE originators RENAME CONSTRAINT originators_code_check TO originator_code_has_its_form;
ALTER TABLE agencies RENAME CONSTRAINT agencies_code_check TO agency_code_has_its_form;
ALTER TABLE services RENAME CONSTRAINT services_code_check TO service_code_has_its_form;
ALTER TABLE offices RENAME CONSTRAINT offices_code_check TO office_code_has_its_form;
