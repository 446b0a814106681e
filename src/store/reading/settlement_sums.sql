-- What the positions of settlement $1 come to, of one party when $2 names it.
SELECT u.code AS unit, count(*) AS positions,
       coalesce(sum(p.earned), 0)::bigint AS earned, coalesce(sum(p.collected), 0)::bigint AS collected,
       coalesce(sum(p.held), 0)::bigint AS held, coalesce(sum(p.paid), 0)::bigint AS paid,
       coalesce(sum(p.closing) FILTER (WHERE p.closing > 0), 0)::bigint AS carried,
       coalesce(-sum(p.closing) FILTER (WHERE p.closing < 0), 0)::bigint AS owed
  FROM positions p
  JOIN currency_units u ON u.id = p.unit_id
 WHERE p.settlement_id = $1 AND ($2::integer IS NULL OR p.party_id = $2)
 GROUP BY u.code
 ORDER BY u.code
