-- What the transactions of window $1 earned and collected: one row per party, destination, unit, lateness, service,
-- side (1 earned, 2 collected), transaction kind and component kind. Sums are signed: what takes back counts negative.
-- Terms whose party is fixed by the tariff are multiplied by how often each allocation was used; only those that hang
-- on the office or on who holds the money need each transaction, and those are gathered by integers (binding, term,
-- circumstances) before any text is looked at. Terms of amount zero are no lines.
WITH booked AS NOT MATERIALIZED (
    SELECT t.allocation_id, t.binding_id, t.kind, t.holder, t.principal,
           t.kind * 8 + CASE WHEN t.occurred_at < w.starts_at THEN 4 ELSE 0 END AS circumstances,
           CASE WHEN t.kind IN (2, 3) THEN -1 ELSE 1 END AS sign
      FROM transactions t CROSS JOIN (SELECT starts_at FROM windows WHERE id = $1) w
     WHERE t.window_id = $1
), used AS MATERIALIZED (
    SELECT allocation_id, circumstances, holder, sign, count(*) AS items,
           sum(principal) AS principal, count(*) FILTER (WHERE principal > 0) AS bills
      FROM booked GROUP BY 1, 2, 3, 4
), shares AS MATERIALIZED (
    SELECT a.id AS allocation_id, part.side, term.role_id, term.party_id, part.amount, v.unit_id, v.agency_party_id, v.service_id,
           term.deposit_identifier, term.kind AS component_kind, v.id AS tariff_version_id, part.ordinal
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
           s.unit_id, u.circumstances, s.service_id, s.side, u.holder = 4 AS mirrored, s.component_kind,
           u.items, u.sign * u.items * s.amount AS amount
      FROM used u JOIN shares s USING (allocation_id) CROSS JOIN network n
     WHERE (s.party_id IS NOT NULL OR (s.role_id = 30 AND u.holder IN (2, 3))) AND (s.side = 1 OR u.holder <> 4)
), of_the_office AS (
    SELECT b.party_ids[CASE WHEN term.role_id = 30 THEN 1 ELSE term.role_id END] AS party_id,
           CASE WHEN term.side = 'leg' THEN term.deposit_identifier ELSE '' END AS deposit_identifier,
           v.unit_id, g.circumstances & ~1 AS circumstances, v.service_id, CASE term.side WHEN 'leg' THEN 1 ELSE 2 END AS side,
           (g.circumstances & 1) = 1 AS mirrored, term.kind AS component_kind, g.items, g.amount
      FROM (SELECT t.binding_id, s.tariff_version_id, s.ordinal,
                   t.circumstances + CASE WHEN t.holder = 4 THEN 1 ELSE 0 END AS circumstances,
                   count(*) AS items, sum(t.sign * s.amount) AS amount
              FROM booked t JOIN (SELECT * FROM shares WHERE party_id IS NULL) s USING (allocation_id)
             WHERE (s.role_id <> 30 OR t.holder = 1) AND (s.side = 1 OR t.holder <> 4)
             GROUP BY 1, 2, 3, 4) g
      JOIN tariff_terms term USING (tariff_version_id, ordinal)
      JOIN tariff_versions v ON v.id = g.tariff_version_id
      JOIN bindings b ON b.id = g.binding_id
), bills AS (
    SELECT a.tariff_version_id, u.circumstances, u.holder, u.sign, sum(u.principal) AS principal, sum(u.bills) AS bills
      FROM used u JOIN allocations a ON a.id = u.allocation_id
     WHERE u.bills > 0 GROUP BY 1, 2, 3, 4
), principals AS MATERIALIZED (
    -- A version's own principal is the last of its terms; a component may be of that kind too.
    SELECT DISTINCT ON (v.id) v.id AS tariff_version_id, v.unit_id, v.service_id, v.agency_party_id, term.side = 'leg' AS is_owed,
           term.role_id, term.party_id, term.deposit_identifier, term.kind AS component_kind
      FROM (SELECT DISTINCT tariff_version_id FROM bills) billed
      JOIN tariff_versions v ON v.id = billed.tariff_version_id
      JOIN tariff_terms term ON term.tariff_version_id = v.id AND term.kind = 'principal'
     ORDER BY v.id, term.ordinal DESC
), of_the_biller AS (
    -- The principal is owed to the biller and held by the holder, or, paid out, owed by the one and due to the other.
    SELECT CASE WHEN ends.is_biller THEN p.party_id WHEN i.holder = 2 THEN p.agency_party_id ELSE n.central_party_id END AS party_id,
           CASE WHEN ends.is_biller AND p.is_owed THEN p.deposit_identifier ELSE '' END AS deposit_identifier,
           p.unit_id, i.circumstances, p.service_id, CASE WHEN ends.is_biller = p.is_owed THEN 1 ELSE 2 END AS side,
           i.holder = 4 AS mirrored, p.component_kind, i.bills AS items, i.sign * i.principal AS amount
      FROM bills i
      JOIN principals p USING (tariff_version_id)
     CROSS JOIN network n
      JOIN (VALUES (true), (false)) ends (is_biller)
        ON (ends.is_biller AND p.party_id IS NOT NULL) OR (NOT ends.is_biller AND i.holder IN (2, 3))
), billed_at_the_office AS (
    SELECT CASE WHEN ends.is_biller THEN b.party_ids[p.role_id] ELSE b.party_ids[1] END AS party_id,
           CASE WHEN ends.is_biller AND p.is_owed THEN p.deposit_identifier ELSE '' END AS deposit_identifier,
           p.unit_id, t.circumstances, p.service_id, CASE WHEN ends.is_biller = p.is_owed THEN 1 ELSE 2 END AS side,
           t.holder = 4 AS mirrored, p.component_kind, 1 AS items, t.sign * t.principal AS amount
      FROM booked t
      JOIN allocations a ON a.id = t.allocation_id
      JOIN principals p ON p.tariff_version_id = a.tariff_version_id
      JOIN bindings b ON b.id = t.binding_id
      JOIN (VALUES (true), (false)) ends (is_biller)
        ON (ends.is_biller AND p.party_id IS NULL) OR (NOT ends.is_biller AND t.holder = 1)
     WHERE t.principal > 0
)
SELECT line.party_id, line.deposit_identifier, line.unit_id, (line.circumstances & 4) = 4 AS earlier, line.service_id,
       sides.side::smallint AS side, (line.circumstances / 8)::smallint AS transaction_kind, line.component_kind,
       sum(line.items)::bigint AS items, sum(line.amount)::bigint AS amount
  FROM (SELECT * FROM of_the_tariff
        UNION ALL SELECT * FROM of_the_office
        UNION ALL SELECT * FROM of_the_biller
        UNION ALL SELECT * FROM billed_at_the_office) line
  -- What the terminal split (`mirrored`) was collected by whoever earned it, at the same destination.
  JOIN (VALUES (1), (2)) sides (side) ON sides.side = line.side OR line.mirrored
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
