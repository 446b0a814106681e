-- What the transactions of window $1 earned and collected, as `lines`: one row per party, destination, unit, lateness, service,
-- side (1 earned, 2 collected), transaction kind and component kind. Sums are signed: what takes back counts negative. Terms of
-- amount zero are no lines.
-- Terms whose party is fixed by the tariff are multiplied by how often each allocation was used; only those that hang on the
-- office or on who holds the money need each transaction. Millions of rows are gathered and put in order by two integers:
--   purse    from bit 32 the party (0: nobody plays that role), from bit 1 its destination and unit (see `purses`), bit 0: earlier
--   article  from bit 4 service and component kind in their order (see `articles`), bit 3: collected, below it the transaction kind
WITH booked AS NOT MATERIALIZED (
    SELECT t.allocation_id, t.binding_id, t.holder, t.principal, t.kind::integer AS kind,
           CASE WHEN t.occurred_at < (SELECT starts_at FROM windows WHERE id = $1) THEN 1 ELSE 0 END AS earlier,
           CASE WHEN t.kind IN (2, 3) THEN -1 ELSE 1 END AS sign
      FROM transactions t
     WHERE t.window_id = $1
), at_the_office AS NOT MATERIALIZED (
    SELECT t.*, b.party_ids FROM booked t JOIN bindings b ON b.id = t.binding_id
), used AS MATERIALIZED (
    SELECT allocation_id, kind, earlier, holder, sign, count(*)::integer AS items,
           exact_sum(principal) AS principal, (count(*) FILTER (WHERE principal > 0))::integer AS bills
      FROM booked GROUP BY 1, 2, 3, 4, 5
), priced AS MATERIALIZED (
    SELECT a.id, a.tariff_version_id, a.leg_terms || a.source_terms AS ordinals, a.leg_amounts || a.source_amounts AS amounts
      FROM allocations a WHERE a.id IN (SELECT allocation_id FROM used)
), terms AS MATERIALIZED (
    -- Under its deposit identifier what is owed is credited; money that came in has none.
    SELECT v.id AS tariff_version_id, term.ordinal, term.role_id, term.party_id, v.agency_party_id, v.unit_id, v.service_id,
           term.side = 'leg' AS is_owed, term.kind AS component_kind, term.deposit_identifier,
           2 * v.unit_id::bigint AS plain_purse,
           2 * CASE WHEN term.deposit_identifier = '' THEN v.unit_id::bigint
                    ELSE 32767 + dense_rank() OVER (ORDER BY term.deposit_identifier, v.unit_id) END AS own_purse,
           16 * (dense_rank() OVER (ORDER BY v.service_id, term.kind))::integer AS article,
           (dense_rank() OVER (ORDER BY term.kind))::integer AS kind_number
      FROM (SELECT DISTINCT tariff_version_id AS id FROM priced) tariff
      JOIN tariff_versions v USING (id)
      JOIN tariff_terms term ON term.tariff_version_id = v.id
), purses AS (
    SELECT plain_purse AS purse, '' AS deposit_identifier, unit_id FROM terms
     UNION SELECT own_purse, deposit_identifier, unit_id FROM terms
), articles AS (
    SELECT DISTINCT article, service_id, component_kind, kind_number FROM terms
), shares AS MATERIALIZED (
    SELECT part.id AS allocation_id, t.role_id, t.party_id, t.agency_party_id, t.is_owed, part.amount,
           CASE WHEN t.is_owed THEN t.own_purse ELSE t.plain_purse END AS purse,
           CASE WHEN t.is_owed THEN t.article ELSE t.article | 8 END AS article
      FROM (SELECT id, tariff_version_id, unnest(ordinals) AS ordinal, unnest(amounts) AS amount FROM priced) part
      JOIN terms t USING (tariff_version_id, ordinal)
     WHERE part.amount > 0
), network AS MATERIALIZED (
    SELECT n.central_party_id FROM windows w JOIN networks n ON n.id = w.network_id WHERE w.id = $1
), of_its_surroundings AS MATERIALIZED (
    -- Municipalities and treasuries are much fewer than offices: they are added up before all is put in order.
    SELECT t.party_ids[s.role_id] AS party_id, s.purse | t.earlier AS purse, s.article | t.kind AS article, t.holder = 4 AS mirrored,
           count(*)::integer AS items, exact_sum(t.sign * s.amount) AS amount
      FROM at_the_office t
      JOIN (SELECT * FROM shares WHERE party_id IS NULL AND role_id NOT IN (1, 30)) s USING (allocation_id)
     WHERE s.is_owed OR t.holder <> 4
     GROUP BY 1, 2, 3, 4
), of_the_tariff AS MATERIALIZED (
    SELECT CASE WHEN s.role_id <> 30 THEN s.party_id WHEN u.holder = 2 THEN s.agency_party_id
                ELSE (SELECT central_party_id FROM network) END AS party_id,
           s.purse | u.earlier AS purse, s.article | u.kind AS article, u.holder = 4 AS mirrored,
           u.items, u.sign * u.items * s.amount AS amount
      FROM used u JOIN shares s USING (allocation_id)
     WHERE (s.party_id IS NOT NULL OR (s.role_id = 30 AND u.holder IN (2, 3))) AND (s.is_owed OR u.holder <> 4)
), bills AS (
    SELECT a.tariff_version_id, u.kind, u.earlier, u.holder, u.sign, exact_sum(u.principal) AS principal, sum(u.bills)::integer AS bills
      FROM used u JOIN priced a ON a.id = u.allocation_id
     WHERE u.bills > 0 GROUP BY 1, 2, 3, 4, 5
), principals AS MATERIALIZED (
    -- A version's own principal is the last of its terms; a component may be of that kind too.
    SELECT DISTINCT ON (t.tariff_version_id) t.*
      FROM (SELECT DISTINCT tariff_version_id FROM bills) billed
      JOIN terms t USING (tariff_version_id)
     WHERE t.component_kind = 'principal'
     ORDER BY t.tariff_version_id, t.ordinal DESC
), ends AS MATERIALIZED (
    -- The principal is owed to the biller and held by the holder, or, paid out, owed by the one and due to the other.
    SELECT p.tariff_version_id, p.party_id, p.agency_party_id, p.role_id, p.is_biller,
           CASE WHEN is_biller AND p.is_owed THEN p.own_purse ELSE p.plain_purse END AS purse,
           CASE WHEN is_biller = p.is_owed THEN p.article ELSE p.article | 8 END AS article
      FROM (SELECT *, unnest(ARRAY[true, false]) AS is_biller FROM principals) p
), of_the_biller AS MATERIALIZED (
    SELECT CASE WHEN e.is_biller THEN e.party_id WHEN i.holder = 2 THEN e.agency_party_id
                ELSE (SELECT central_party_id FROM network) END AS party_id,
           e.purse | i.earlier AS purse, e.article | i.kind AS article, i.holder = 4 AS mirrored,
           i.bills AS items, i.sign * i.principal AS amount
      FROM bills i
      JOIN ends e USING (tariff_version_id)
     WHERE (e.is_biller AND e.party_id IS NOT NULL) OR (NOT e.is_biller AND i.holder IN (2, 3))
), billed_at_the_office AS MATERIALIZED (
    SELECT t.party_ids[CASE WHEN e.is_biller THEN e.role_id ELSE 1 END] AS party_id,
           e.purse | t.earlier AS purse, e.article | t.kind AS article, t.holder = 4 AS mirrored, 1 AS items,
           t.sign * t.principal AS amount
      FROM at_the_office t
      JOIN priced a ON a.id = t.allocation_id
      JOIN ends e ON e.tariff_version_id = a.tariff_version_id
     WHERE t.principal > 0 AND ((e.is_biller AND e.party_id IS NULL) OR (NOT e.is_biller AND t.holder = 1))
), lines AS (
    SELECT purse, article, sum(items) AS items, exact_sum(amount) AS amount
      FROM (SELECT coalesce(party_id, 0)::bigint << 32 | purse AS purse, article, items, amount
              FROM (SELECT t.party_ids[1] AS party_id, s.purse | t.earlier AS purse, s.article | t.kind AS article,
                           1 AS items, t.sign * s.amount AS amount
                      FROM at_the_office t
                      JOIN (SELECT * FROM shares WHERE party_id IS NULL AND role_id IN (1, 30)) s USING (allocation_id)
                     WHERE (s.role_id <> 30 OR t.holder = 1) AND (s.is_owed OR t.holder <> 4)
                    UNION ALL
                    -- What the terminal split (`mirrored`) was collected by whoever earned it, at the same destination.
                    SELECT t.party_ids[1], s.purse | t.earlier, (s.article | t.kind) # 8, 1, t.sign * s.amount
                      FROM at_the_office t
                      JOIN (SELECT * FROM shares WHERE party_id IS NULL AND role_id = 1 AND is_owed) s USING (allocation_id)
                     WHERE t.holder = 4
                    UNION ALL SELECT party_id, purse, article, items, amount FROM of_its_surroundings
                    UNION ALL SELECT party_id, purse, article # 8, items, amount FROM of_its_surroundings WHERE mirrored
                    UNION ALL SELECT party_id, purse, article, items, amount FROM of_the_tariff
                    UNION ALL SELECT party_id, purse, article # 8, items, amount FROM of_the_tariff WHERE mirrored
                    UNION ALL SELECT party_id, purse, article, items, amount FROM of_the_biller
                    UNION ALL SELECT party_id, purse, article # 8, items, amount FROM of_the_biller WHERE mirrored
                    UNION ALL SELECT party_id, purse, article, items, amount FROM billed_at_the_office
                    UNION ALL SELECT party_id, purse, article # 8, items, amount FROM billed_at_the_office WHERE mirrored) part
             ORDER BY 1, 2 OFFSET 0) part
     GROUP BY 1, 2
)
