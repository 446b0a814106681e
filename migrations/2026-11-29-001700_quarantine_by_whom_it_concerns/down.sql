DROP INDEX quarantine_of_an_office;
DROP INDEX quarantine_of_a_sender;
CREATE INDEX quarantine_that_was_released ON quarantine (office_code) WHERE state = 'released';
