SELECT s.id, o.code AS office, s.reference, s.occurred_at,
       coalesce(sum(s.sign * s.part) FILTER (WHERE s.told_side = 1), 0)::bigint AS earned,
       coalesce(sum(s.sign * s.part) FILTER (WHERE s.told_side = 2), 0)::bigint AS collected
  FROM shares s JOIN offices o ON o.id = s.office_id
 WHERE s.id > $8
 GROUP BY 1, 2, 3, 4
 ORDER BY s.id
 LIMIT $9
