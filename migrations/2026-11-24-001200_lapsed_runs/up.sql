-- A run whose lease has ended is taken over; what a party remitted is looked for by the party.

ALTER TABLE job_runs DROP CONSTRAINT job_state_is_known,
    ADD CONSTRAINT job_state_is_known CHECK (state IN ('running', 'succeeded', 'failed', 'lapsed'));
CREATE INDEX remittances_of_a_party ON remittances (party_id, network_id);
