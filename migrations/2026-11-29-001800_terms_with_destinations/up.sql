CREATE INDEX terms_with_destinations ON tariff_terms (role_id, party_id) WHERE side = 'leg' AND deposit_identifier <> '';
