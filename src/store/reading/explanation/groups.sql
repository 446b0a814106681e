SELECT told_side::smallint AS side, component, term, CASE told_side WHEN 1 THEN deposit_identifier ELSE '' END AS deposit_identifier,
       kind AS transaction_kind, earlier, tariff_version_id, allocation_id, part AS each, count(*) AS count,
       sum(sign * part)::bigint AS amount
  FROM shares
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
 ORDER BY 1, 2, 5, abs(sum(sign * part)) DESC, 8
 LIMIT $7
