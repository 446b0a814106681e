COMMENT ON TABLE remittance_demands IS 'What a party owes by a settlement: how much, by when, under which reference. The newest replaces the older ones.';
DROP INDEX remittance_demands_of_a_party;
