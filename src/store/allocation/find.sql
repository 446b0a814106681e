SELECT place, a.id
FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::text[], $5::integer[])
     WITH ORDINALITY AS q(version_id, asked, quantity, leg, facts_id, place)
JOIN allocations a ON a.kind = 1 AND a.tariff_version_id = q.version_id AND a.asked_amount = q.asked
     AND a.quantity = q.quantity AND a.activity_leg = q.leg AND a.read_facts_id = q.facts_id
