INSERT INTO allocations (kind, tariff_version_id, asked_amount, quantity, activity_leg, read_facts_id,
                         source_terms, source_amounts, leg_terms, leg_amounts, total)
SELECT 1, version_id, asked, quantity, leg, facts_id,
       source_terms::smallint[], source_amounts::bigint[], leg_terms::smallint[], leg_amounts::bigint[], total
FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[], $5::integer[],
            $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[])
     WITH ORDINALITY AS a(version_id, asked, quantity, leg, facts_id,
                          source_terms, source_amounts, leg_terms, leg_amounts, total, place)
ORDER BY place
ON CONFLICT DO NOTHING
