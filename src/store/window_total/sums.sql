-- What each party earned and collected in window $1, per destination and unit: the same sums as in `lines.sql`, without
-- their details, for a preview of what is not sealed yet.
WITH booked AS NOT MATERIALIZED (
    SELECT t.allocation_id, t.binding_id, t.holder, t.principal, CASE WHEN t.kind IN (2, 3) THEN -1 ELSE 1 END AS sign
      FROM transactions t WHERE t.window_id = $1
), used AS MATERIALIZED (
    SELECT allocation_id, holder, sum(sign) AS items, sum(sign * principal) AS principal,
           count(*) FILTER (WHERE principal > 0) AS bills
      FROM booked GROUP BY 1, 2
), shares AS MATERIALIZED (
    SELECT a.id AS allocation_id, part.side, term.role_id, term.party_id, part.amount, v.unit_id, v.agency_party_id,
           term.deposit_identifier
      FROM (SELECT DISTINCT allocation_id AS id FROM used) asked
      JOIN allocations a USING (id)
     CROSS JOIN LATERAL (SELECT 1 AS side, * FROM unnest(a.leg_terms, a.leg_amounts)
                         UNION ALL SELECT 2, * FROM unnest(a.source_terms, a.source_amounts)) part (side, ordinal, amount)
      JOIN tariff_versions v ON v.id = a.tariff_version_id
      JOIN tariff_terms term ON term.tariff_version_id = a.tariff_version_id AND term.ordinal = part.ordinal
     WHERE part.amount > 0
), network AS MATERIALIZED (
    SELECT n.central_party_id FROM windows w JOIN networks n ON n.id = w.network_id WHERE w.id = $1
), of_the_tariff AS (
    SELECT CASE WHEN s.role_id <> 30 THEN s.party_id WHEN u.holder = 2 THEN s.agency_party_id ELSE n.central_party_id END AS party_id,
           CASE WHEN s.side = 1 THEN s.deposit_identifier ELSE '' END AS deposit_identifier,
           s.unit_id, s.side, u.holder = 4 AS mirrored, u.items * s.amount AS amount
      FROM used u JOIN shares s USING (allocation_id) CROSS JOIN network n
     WHERE (s.party_id IS NOT NULL OR (s.role_id = 30 AND u.holder IN (2, 3))) AND (s.side = 1 OR u.holder <> 4)
), of_the_office AS (
    SELECT b.party_ids[CASE WHEN g.role_id = 30 THEN 1 ELSE g.role_id END] AS party_id, g.deposit_identifier,
           g.unit_id, g.side, g.mirrored, g.amount
      FROM (SELECT t.binding_id, s.role_id, CASE WHEN s.side = 1 THEN s.deposit_identifier ELSE '' END AS deposit_identifier,
                   s.unit_id, s.side, t.holder = 4 AS mirrored, sum(t.sign * s.amount) AS amount
              FROM booked t JOIN (SELECT * FROM shares WHERE party_id IS NULL) s USING (allocation_id)
             WHERE (s.role_id <> 30 OR t.holder = 1) AND (s.side = 1 OR t.holder <> 4)
             GROUP BY 1, 2, 3, 4, 5, 6) g
      JOIN bindings b ON b.id = g.binding_id
), bills AS MATERIALIZED (
    SELECT a.tariff_version_id, u.holder, sum(u.principal) AS principal
      FROM used u JOIN allocations a ON a.id = u.allocation_id
     WHERE u.bills > 0 GROUP BY 1, 2
), principals AS MATERIALIZED (
    SELECT DISTINCT ON (v.id) v.id AS tariff_version_id, v.unit_id, v.agency_party_id, term.side = 'leg' AS is_owed,
           term.role_id, term.party_id, term.deposit_identifier
      FROM (SELECT DISTINCT tariff_version_id FROM bills) billed
      JOIN tariff_versions v ON v.id = billed.tariff_version_id
      JOIN tariff_terms term ON term.tariff_version_id = v.id AND term.kind = 'principal'
     ORDER BY v.id, term.ordinal DESC
), of_the_biller AS (
    SELECT CASE WHEN ends.is_biller THEN p.party_id WHEN i.holder = 2 THEN p.agency_party_id ELSE n.central_party_id END AS party_id,
           CASE WHEN ends.is_biller AND p.is_owed THEN p.deposit_identifier ELSE '' END AS deposit_identifier,
           p.unit_id, CASE WHEN ends.is_biller = p.is_owed THEN 1 ELSE 2 END AS side, i.holder = 4 AS mirrored, i.principal AS amount
      FROM bills i
      JOIN principals p USING (tariff_version_id)
     CROSS JOIN network n
      JOIN (VALUES (true), (false)) ends (is_biller)
        ON (ends.is_biller AND p.party_id IS NOT NULL) OR (NOT ends.is_biller AND i.holder IN (2, 3))
), billed_at_the_office AS (
    SELECT CASE WHEN ends.is_biller THEN b.party_ids[p.role_id] ELSE b.party_ids[1] END AS party_id,
           CASE WHEN ends.is_biller AND p.is_owed THEN p.deposit_identifier ELSE '' END AS deposit_identifier,
           p.unit_id, CASE WHEN ends.is_biller = p.is_owed THEN 1 ELSE 2 END AS side, t.holder = 4 AS mirrored,
           t.sign * t.principal AS amount
      FROM booked t
      JOIN allocations a ON a.id = t.allocation_id
      JOIN principals p ON p.tariff_version_id = a.tariff_version_id
      JOIN bindings b ON b.id = t.binding_id
      JOIN (VALUES (true), (false)) ends (is_biller)
        ON (ends.is_biller AND p.party_id IS NULL) OR (NOT ends.is_biller AND t.holder = 1)
     WHERE t.principal > 0
)
SELECT party_id, deposit_identifier, unit_id,
       (sum(amount) FILTER (WHERE side = 1 OR mirrored))::bigint AS earned,
       (sum(amount) FILTER (WHERE side = 2 OR mirrored))::bigint AS collected
  FROM (SELECT * FROM of_the_tariff
        UNION ALL SELECT * FROM of_the_office
        UNION ALL SELECT * FROM of_the_biller
        UNION ALL SELECT * FROM billed_at_the_office) line
 WHERE party_id IS NOT NULL
 GROUP BY 1, 2, 3
