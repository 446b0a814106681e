CREATE INDEX quarantine_that_was_released ON quarantine (office_code) WHERE state = 'released';
