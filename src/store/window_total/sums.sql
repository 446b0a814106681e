-- What each party earned and collected in window $1, per destination and unit: the same sums as in `lines.sql`, without
-- their details, for a preview of what is not sealed yet. A purse stands for a destination and unit.
WITH booked AS NOT MATERIALIZED (
    SELECT t.allocation_id, t.binding_id, t.holder, t.principal, CASE WHEN t.kind IN (2, 3) THEN -1 ELSE 1 END AS sign
      FROM transactions t WHERE t.window_id = $1
), used AS MATERIALIZED (
    SELECT allocation_id, holder, sum(sign)::numeric AS items, sum(sign * principal) AS principal,
           count(*) FILTER (WHERE principal > 0) AS bills
      FROM booked GROUP BY 1, 2
), asked AS MATERIALIZED (
    SELECT DISTINCT allocation_id AS id FROM used
), terms AS MATERIALIZED (
    SELECT v.id AS tariff_version_id, term.ordinal, term.role_id, term.party_id, v.agency_party_id, v.unit_id,
           term.side = 'leg' AS is_owed, term.kind AS component_kind, term.deposit_identifier
      FROM (SELECT DISTINCT a.tariff_version_id FROM asked JOIN allocations a USING (id)) priced
      JOIN tariff_versions v ON v.id = priced.tariff_version_id
      JOIN tariff_terms term ON term.tariff_version_id = v.id
), purses AS MATERIALIZED (
    SELECT (row_number() OVER ())::integer AS purse, deposit_identifier, unit_id
      FROM (SELECT deposit_identifier, unit_id FROM terms UNION SELECT '', unit_id FROM terms) one
), pursed AS MATERIALIZED (
    -- Under its deposit identifier what is owed is credited; money that came in has none.
    SELECT t.*, own.purse AS own_purse, plain.purse AS plain_purse, CASE WHEN t.is_owed THEN own.purse ELSE plain.purse END AS purse
      FROM terms t
      JOIN purses own USING (deposit_identifier, unit_id)
      JOIN purses plain ON plain.deposit_identifier = '' AND plain.unit_id = t.unit_id
), shares AS MATERIALIZED (
    SELECT part.id AS allocation_id, t.role_id, t.party_id, t.agency_party_id, t.is_owed, t.purse, part.amount
      FROM (SELECT a.id, a.tariff_version_id, unnest(a.leg_terms || a.source_terms) AS ordinal,
                   unnest(a.leg_amounts || a.source_amounts) AS amount
              FROM asked JOIN allocations a USING (id)) part
      JOIN pursed t USING (tariff_version_id, ordinal)
     WHERE part.amount > 0
), network AS MATERIALIZED (
    SELECT n.central_party_id FROM windows w JOIN networks n ON n.id = w.network_id WHERE w.id = $1
), of_the_tariff AS (
    SELECT CASE WHEN s.role_id <> 30 THEN s.party_id WHEN u.holder = 2 THEN s.agency_party_id
                ELSE (SELECT central_party_id FROM network) END AS party_id,
           s.purse, s.is_owed AS earned, NOT s.is_owed OR u.holder = 4 AS collected, u.items * s.amount AS amount
      FROM used u JOIN shares s USING (allocation_id)
     WHERE (s.party_id IS NOT NULL OR (s.role_id = 30 AND u.holder IN (2, 3))) AND (s.is_owed OR u.holder <> 4)
), of_the_office AS (
    SELECT b.party_ids[CASE WHEN g.role_id = 30 THEN 1 ELSE g.role_id END] AS party_id, g.purse, g.earned, g.collected, g.amount
      FROM (SELECT t.binding_id, s.role_id, s.purse, s.is_owed AS earned, NOT s.is_owed OR t.holder = 4 AS collected,
                   sum(t.sign * s.amount) AS amount
              FROM booked t JOIN (SELECT * FROM shares WHERE party_id IS NULL) s USING (allocation_id)
             WHERE (s.role_id <> 30 OR t.holder = 1) AND (s.is_owed OR t.holder <> 4)
             GROUP BY 1, 2, 3, 4, 5) g
      JOIN bindings b ON b.id = g.binding_id
), bills AS MATERIALIZED (
    SELECT a.tariff_version_id, u.holder, sum(u.principal) AS principal
      FROM used u JOIN allocations a ON a.id = u.allocation_id
     WHERE u.bills > 0 GROUP BY 1, 2
), principals AS MATERIALIZED (
    SELECT DISTINCT ON (t.tariff_version_id) t.*
      FROM (SELECT DISTINCT tariff_version_id FROM bills) billed
      JOIN pursed t USING (tariff_version_id)
     WHERE t.component_kind = 'principal'
     ORDER BY t.tariff_version_id, t.ordinal DESC
), ends AS MATERIALIZED (
    SELECT p.tariff_version_id, p.party_id, p.agency_party_id, p.role_id, p.is_biller, p.is_biller = p.is_owed AS earned,
           CASE WHEN is_biller AND p.is_owed THEN p.own_purse ELSE p.plain_purse END AS purse
      FROM (SELECT *, unnest(ARRAY[true, false]) AS is_biller FROM principals) p
), of_the_biller AS (
    SELECT CASE WHEN e.is_biller THEN e.party_id WHEN i.holder = 2 THEN e.agency_party_id
                ELSE (SELECT central_party_id FROM network) END AS party_id,
           e.purse, e.earned OR i.holder = 4 AS earned, NOT e.earned OR i.holder = 4 AS collected, i.principal AS amount
      FROM bills i
      JOIN ends e USING (tariff_version_id)
     WHERE (e.is_biller AND e.party_id IS NOT NULL) OR (NOT e.is_biller AND i.holder IN (2, 3))
), billed_at_the_office AS (
    SELECT b.party_ids[CASE WHEN e.is_biller THEN e.role_id ELSE 1 END] AS party_id, e.purse,
           e.earned OR t.holder = 4 AS earned, NOT e.earned OR t.holder = 4 AS collected, t.sign * t.principal AS amount
      FROM booked t
      JOIN allocations a ON a.id = t.allocation_id
      JOIN ends e ON e.tariff_version_id = a.tariff_version_id
      JOIN bindings b ON b.id = t.binding_id
     WHERE t.principal > 0 AND ((e.is_biller AND e.party_id IS NULL) OR (NOT e.is_biller AND t.holder = 1))
)
SELECT line.party_id, p.deposit_identifier, p.unit_id, line.earned, line.collected
  FROM (SELECT party_id, purse, (sum(amount) FILTER (WHERE earned))::bigint AS earned,
               (sum(amount) FILTER (WHERE collected))::bigint AS collected
          FROM (SELECT * FROM of_the_tariff
                UNION ALL SELECT * FROM of_the_office
                UNION ALL SELECT * FROM of_the_biller
                UNION ALL SELECT * FROM billed_at_the_office) part
         WHERE party_id IS NOT NULL
         GROUP BY 1, 2) line
  JOIN purses p USING (purse)
