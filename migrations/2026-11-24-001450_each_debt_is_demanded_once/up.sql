CREATE INDEX remittance_demands_of_a_party ON remittance_demands (party_id, deposit_identifier, unit_id, id);
COMMENT ON TABLE remittance_demands IS 'What a settlement demands of a party beside the demands before it that are open: how much, by when, under which reference. The oldest is paid first; together the open ones are what the party owes.';
