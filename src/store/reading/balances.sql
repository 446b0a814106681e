-- What the books owe party $1: per network, unit and destination, all that was posted before each network's moment.
-- $2 networks, $3 the moments beside them, exclusive.
SELECT n.code AS network, u.code AS unit, a.deposit_identifier,
       coalesce(sum(e.amount) FILTER (WHERE a.kind = 'due'), 0)::bigint AS due,
       coalesce(sum(e.amount) FILTER (WHERE a.kind = 'held'), 0)::bigint AS held
  FROM unnest($2::smallint[], $3::timestamptz[]) AS cut (network_id, moment)
  JOIN networks n ON n.id = cut.network_id
 CROSS JOIN currency_units u
 CROSS JOIN (VALUES ('due'), ('held')) AS wanted (kind)
  JOIN accounts a ON a.network_id = n.id AND a.unit_id = u.id AND a.kind = wanted.kind AND a.party_id = $1
  JOIN entries e ON e.account_id = a.id
  JOIN journals j ON j.id = e.journal_id AND j.posted_at < cut.moment
 GROUP BY n.code, u.code, a.deposit_identifier
 ORDER BY n.code COLLATE "C", u.code COLLATE "C", a.deposit_identifier COLLATE "C"
