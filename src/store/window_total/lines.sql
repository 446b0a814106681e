-- What the transactions of window $1 earned and collected: one row per party, destination, unit, lateness, service,
-- side (1 earned, 2 collected), transaction kind and component kind. Sums are signed: what takes back counts negative.
-- Terms whose party is fixed by the tariff are multiplied by how often each allocation was used; only those that hang
-- on the office or on who holds the money need each transaction. Millions of rows are gathered by three integers: the
-- party, the label (which stands for all texts, twice its number, plus 1 for what is collected) and the circumstances.
-- Terms of amount zero are no lines. The destination is a number of deposit identifier and unit, in their order.
WITH booked AS NOT MATERIALIZED (
    SELECT t.allocation_id, t.binding_id, t.holder, t.principal,
           t.kind * 2 + CASE WHEN t.occurred_at < (SELECT starts_at FROM windows WHERE id = $1) THEN 1 ELSE 0 END AS circumstances,
           CASE WHEN t.kind IN (2, 3) THEN -1 ELSE 1 END AS sign
      FROM transactions t
     WHERE t.window_id = $1
), used AS MATERIALIZED (
    SELECT allocation_id, circumstances, holder, sign, count(*) AS items,
           sum(principal) AS principal, count(*) FILTER (WHERE principal > 0) AS bills
      FROM booked GROUP BY 1, 2, 3, 4
), asked AS MATERIALIZED (
    SELECT DISTINCT allocation_id AS id FROM used
), terms AS MATERIALIZED (
    SELECT v.id AS tariff_version_id, term.ordinal, term.role_id, term.party_id, v.agency_party_id, v.unit_id, v.service_id,
           term.side = 'leg' AS is_owed, term.kind AS component_kind, term.deposit_identifier
      FROM (SELECT DISTINCT a.tariff_version_id FROM asked JOIN allocations a USING (id)) priced
      JOIN tariff_versions v ON v.id = priced.tariff_version_id
      JOIN tariff_terms term ON term.tariff_version_id = v.id
), labels AS MATERIALIZED (
    SELECT (2 * row_number() OVER (ORDER BY deposit_identifier, unit_id, service_id, component_kind))::integer AS label,
           dense_rank() OVER (ORDER BY deposit_identifier, unit_id) AS destination,
           deposit_identifier, unit_id, service_id, component_kind
      FROM (SELECT deposit_identifier, unit_id, service_id, component_kind FROM terms
            UNION SELECT '', unit_id, service_id, component_kind FROM terms) one
), labelled AS MATERIALIZED (
    -- Under its deposit identifier what is owed is credited; money that came in has none.
    SELECT t.*, own.label AS own_label, plain.label AS plain_label,
           CASE WHEN t.is_owed THEN own.label ELSE plain.label + 1 END AS label
      FROM terms t
      JOIN labels own USING (deposit_identifier, unit_id, service_id, component_kind)
      JOIN labels plain ON plain.deposit_identifier = '' AND plain.unit_id = t.unit_id AND plain.service_id = t.service_id
                       AND plain.component_kind = t.component_kind
), shares AS MATERIALIZED (
    SELECT part.id AS allocation_id, t.role_id, t.party_id, t.agency_party_id, t.is_owed, t.label, part.amount
      FROM (SELECT a.id, a.tariff_version_id, unnest(a.leg_terms || a.source_terms) AS ordinal,
                   unnest(a.leg_amounts || a.source_amounts) AS amount
              FROM asked JOIN allocations a USING (id)) part
      JOIN labelled t USING (tariff_version_id, ordinal)
     WHERE part.amount > 0
), network AS MATERIALIZED (
    SELECT n.central_party_id FROM windows w JOIN networks n ON n.id = w.network_id WHERE w.id = $1
), of_the_tariff AS MATERIALIZED (
    SELECT CASE WHEN s.role_id <> 30 THEN s.party_id WHEN u.holder = 2 THEN s.agency_party_id
                ELSE (SELECT central_party_id FROM network) END AS party_id,
           s.label, u.circumstances, u.holder = 4 AS mirrored, u.items, u.sign * u.items::numeric * s.amount AS amount
      FROM used u JOIN shares s USING (allocation_id)
     WHERE (s.party_id IS NOT NULL OR (s.role_id = 30 AND u.holder IN (2, 3))) AND (s.is_owed OR u.holder <> 4)
), bills AS (
    SELECT a.tariff_version_id, u.circumstances, u.holder, u.sign, sum(u.principal) AS principal, sum(u.bills) AS bills
      FROM used u JOIN allocations a ON a.id = u.allocation_id
     WHERE u.bills > 0 GROUP BY 1, 2, 3, 4
), principals AS MATERIALIZED (
    -- A version's own principal is the last of its terms; a component may be of that kind too.
    SELECT DISTINCT ON (t.tariff_version_id) t.*
      FROM (SELECT DISTINCT tariff_version_id FROM bills) billed
      JOIN labelled t USING (tariff_version_id)
     WHERE t.component_kind = 'principal'
     ORDER BY t.tariff_version_id, t.ordinal DESC
), ends AS MATERIALIZED (
    -- The principal is owed to the biller and held by the holder, or, paid out, owed by the one and due to the other.
    SELECT p.tariff_version_id, p.party_id, p.agency_party_id, p.role_id, p.is_biller,
           CASE WHEN is_biller AND p.is_owed THEN p.own_label ELSE p.plain_label END
           + CASE WHEN is_biller = p.is_owed THEN 0 ELSE 1 END AS label
      FROM (SELECT *, unnest(ARRAY[true, false]) AS is_biller FROM principals) p
), of_the_biller AS MATERIALIZED (
    SELECT CASE WHEN e.is_biller THEN e.party_id WHEN i.holder = 2 THEN e.agency_party_id
                ELSE (SELECT central_party_id FROM network) END AS party_id,
           e.label, i.circumstances, i.holder = 4 AS mirrored, i.bills AS items, i.sign * i.principal AS amount
      FROM bills i
      JOIN ends e USING (tariff_version_id)
     WHERE (e.is_biller AND e.party_id IS NOT NULL) OR (NOT e.is_biller AND i.holder IN (2, 3))
), billed_at_the_office AS MATERIALIZED (
    SELECT b.party_ids[CASE WHEN e.is_biller THEN e.role_id ELSE 1 END] AS party_id,
           e.label, t.circumstances, t.holder = 4 AS mirrored, t.sign * t.principal AS amount
      FROM booked t
      JOIN allocations a ON a.id = t.allocation_id
      JOIN ends e ON e.tariff_version_id = a.tariff_version_id
      JOIN bindings b ON b.id = t.binding_id
     WHERE t.principal > 0 AND ((e.is_biller AND e.party_id IS NULL) OR (NOT e.is_biller AND t.holder = 1))
)
SELECT line.party_id, l.deposit_identifier, l.unit_id, (line.circumstances & 1) = 1 AS earlier, l.service_id,
       ((line.label & 1) + 1)::smallint AS side, (line.circumstances / 2)::smallint AS transaction_kind, l.component_kind,
       line.items, line.amount, l.destination, line.label
  FROM (SELECT party_id, label, circumstances, sum(items)::bigint AS items, sum(amount)::bigint AS amount
          FROM (SELECT b.party_ids[CASE WHEN s.role_id = 30 THEN 1 ELSE s.role_id END] AS party_id,
                       s.label, t.circumstances, 1 AS items, t.sign * s.amount AS amount
                  FROM booked t
                  JOIN (SELECT * FROM shares WHERE party_id IS NULL) s USING (allocation_id)
                  JOIN bindings b ON b.id = t.binding_id
                 WHERE (s.role_id <> 30 OR t.holder = 1) AND (s.is_owed OR t.holder <> 4)
                UNION ALL
                -- What the terminal split (`mirrored`) was collected by whoever earned it, at the same destination.
                SELECT b.party_ids[s.role_id], s.label # 1, t.circumstances, 1, t.sign * s.amount
                  FROM booked t
                  JOIN (SELECT * FROM shares WHERE party_id IS NULL AND is_owed AND role_id <> 30) s USING (allocation_id)
                  JOIN bindings b ON b.id = t.binding_id
                 WHERE t.holder = 4
                UNION ALL SELECT party_id, label, circumstances, items, amount FROM of_the_tariff
                UNION ALL SELECT party_id, label # 1, circumstances, items, amount FROM of_the_tariff WHERE mirrored
                UNION ALL SELECT party_id, label, circumstances, items, amount FROM of_the_biller
                UNION ALL SELECT party_id, label # 1, circumstances, items, amount FROM of_the_biller WHERE mirrored
                UNION ALL SELECT party_id, label, circumstances, 1, amount FROM billed_at_the_office
                UNION ALL SELECT party_id, label # 1, circumstances, 1, amount FROM billed_at_the_office WHERE mirrored) part
         GROUP BY 1, 2, 3) line
  JOIN labels l ON l.label = line.label & ~1
