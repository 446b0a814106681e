ALTER TABLE offices RENAME CONSTRAINT office_code_has_its_form TO offices_code_check;
ALTER TABLE services RENAME CONSTRAINT service_code_has_its_form TO services_code_check;
ALTER TABLE agencies RENAME CONSTRAINT agency_code_has_its_form TO agencies_code_check;
ALTER TABLE originators RENAME CONSTRAINT originator_code_has_its_form TO originators_code_check;
ALTER TABLE weekends RENAME CONSTRAINT a_day_off_is_an_iso_day TO weekends_iso_weekday_check;
ALTER TABLE networks RENAME CONSTRAINT network_code_has_its_form TO networks_code_check;
ALTER TABLE roles RENAME CONSTRAINT role_code_has_its_form TO roles_code_check;
