ALTER TABLE services DROP CONSTRAINT all_is_no_service;
