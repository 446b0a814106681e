DROP INDEX quarantine_that_was_released;
CREATE INDEX quarantine_of_a_sender ON quarantine (sender_id, state, id);
CREATE INDEX quarantine_of_an_office ON quarantine (office_code, state, id);
