INSERT INTO allocations (kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id, original_id, original_ordinal,
                         source_terms, source_amounts, leg_terms, leg_amounts, total)
SELECT kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id, original_id, original_ordinal,
       source_terms, source_amounts, leg_terms, leg_amounts, total
FROM unnest($1::allocations[])
RETURNING original_id, original_ordinal, id
